// SPDX-License-Identifier: BSD-3-Clause
// Elements, made without markup: all text of the trace goes through textContent.
import {parts, visible} from './document.js';

/** An element with attributes and children. A child that is a string is text. */
export function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
        if (value !== null && value !== undefined && value !== false)
            made.setAttribute(name, value === true ? '' : value);
    made.append(...children.filter((c) => c !== null && c !== undefined));
    return made;
}

/** An element of SVG. */
export function drawn(tag, attributes = {}) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes))
        made.setAttribute(name, value);
    return made;
}

/** The name of a thread or an object. A name that is written from right to left leaves the text
    beside it as it is. */
export function nameOf(text, attributes = {}) {
    return element('bdi', attributes, visible(text));
}

/** The words of a step, in which the name of its object stands out. */
export function wordsIn(text, name) {
    return parts(text, name).map((part) =>
        part.isName ? element('bdi', {class: 'name'}, part.text) : part.text);
}

/** Sets the text, if it is another one: the browser draws nothing otherwise. */
export function setText(at, text) {
    if (at.textContent !== text)
        at.textContent = text;
}

/** A button that goes to a step. */
export function stepButton(at, go, ...children) {
    const button = element('button', {type: 'button', class: 'to-step',
                                      'aria-label': 'Go to step ' + (at + 1)},
                           ...(children.length === 0 ? [String(at + 1)] : children));
    button.addEventListener('click', () => go(at));
    return button;
}
