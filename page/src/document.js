// SPDX-License-Identifier: BSD-3-Clause
// The data of the page, and text that is safe to show.

/** The document that the program has put into the page. */
export function readDocument(root) {
    return JSON.parse(root.getElementById('wbsync-data').textContent);
}

// Characters that are not seen, or that turn around what stands beside them: a name could look like
// another one.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** The text with a visible sign for each character that would not be seen. */
export function visible(text) {
    return String(text).replace(HIDDEN, (c) => '\u27e8U+' +
        c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u27e9');
}

/** "1 step", "2 steps" */
export function count(n, one, many = one + 's') {
    return n.toLocaleString('en') + ' ' + (n === 1 ? one : many);
}

/** The text in parts: [{text, isName}]. Where `name` occurs it is a part of its own. */
export function parts(text, name) {
    if (!name || !text.includes(name))
        return [{text: visible(text), isName: false}];
    const all = [];
    text.split(name).forEach((part, i) => {
        if (i !== 0)
            all.push({text: visible(name), isName: true});
        if (part !== '')
            all.push({text: visible(part), isName: false});
    });
    return all;
}
