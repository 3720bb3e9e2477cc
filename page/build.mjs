// SPDX-License-Identifier: BSD-3-Clause
// Puts the sources of the page into one file, and that into a header of the library.
//   node build.mjs            writes ../include/wbsync/report/page_template.hpp
//   node build.mjs --check    only compares: exit status 1 if the header is another one
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const header = join(here, '../include/wbsync/report/page_template.hpp');
const PIECE = 4000; // characters of a string literal: far below every compiler's limit

const source = (name) => readFileSync(join(here, 'src', name), 'utf8');
const withoutLicence = (text) => text.replace(/^(\/\/ |\/\* )SPDX[^\n]*\n/, '');

/** The modules that `name` needs, each after those that it imports itself. */
function modulesOf(name, seen = new Set()) {
    if (seen.has(name))
        return [];
    seen.add(name);
    const imports = [...source(name).matchAll(/^import [^;]*? from '\.\/([^']+)';$/gm)];
    return [...imports.flatMap((i) => modulesOf(i[1], seen)), name];
}

/** All modules as one script: a name that two of them have is an error. */
function script() {
    const names = new Map();
    const bodies = modulesOf('app.js').map((name) => {
        const text = withoutLicence(source(name))
            .replace(/^import [^;]*? from '[^']+';\n/gm, '')
            .replace(/^export (?=(function|const|class) )/gm, '');
        for (const [, , own] of text.matchAll(/^(function|const|class) (\w+)/gm)) {
            if (names.has(own))
                throw new Error(`${own} is in ${names.get(own)} and in ${name}: rename one`);
            names.set(own, name);
        }
        if (/^(import|export)\b/m.test(text))
            throw new Error(`${name}: an import or export that build.mjs does not know`);
        return `// ${name}\n${text}`;
    });
    const all = `(() => {\n'use strict';\n${bodies.join('\n')}})();\n`;
    if (/<\/script|<!--/i.test(all))
        throw new Error('the script would end inside of the page');
    new Function(all); // throws if it is no JavaScript
    return all;
}

/** The page, before and after its data. */
export function template() {
    const parts = {style: withoutLicence(source('page.css')), script: script()};
    const page = source('page.html').replace(/\{\{(style|script)\}\}/g, (_, name) => parts[name]);
    const halves = page.split('{{data}}');
    if (halves.length !== 2)
        throw new Error('page.html needs {{data}} once');
    return halves;
}

/** String literals of C++, cut at the ends of lines. */
function literals(text) {
    const pieces = [];
    let piece = '';
    for (const line of text.match(/[^\n]*\n|[^\n]+$/g)) {
        if (piece !== '' && piece.length + line.length > PIECE) {
            pieces.push(piece);
            piece = '';
        }
        piece += line;
    }
    pieces.push(piece);
    return pieces.map((p) => {
        if (p.includes(')page"') || /[^\x09\x0a\x20-\x7e]/.test(p))
            throw new Error('a text that a raw string literal cannot hold, or that is not ASCII');
        return `    R"page(${p})page",\n`;
    }).join('');
}

export function headerText() {
    const [before, after] = template();
    return `// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Written by \`node page/build.mjs\`, from page/src: change it there. CONTRIBUTING.md says how.

#include <string_view>

// clang-format off
namespace wbsync::report::page_template {

/// The page up to its data, in pieces that every compiler takes.
inline constexpr std::string_view before_data[] = {
${literals(before)}};

/// The page after its data.
inline constexpr std::string_view after_data[] = {
${literals(after)}};

} // namespace wbsync::report::page_template
// clang-format on
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const text = headerText();
    if (!process.argv.includes('--check')) {
        writeFileSync(header, text);
    } else if (readFileSync(header, 'utf8') !== text) {
        console.error('include/wbsync/report/page_template.hpp is not what page/src says: run node page/build.mjs');
        process.exitCode = 1;
    }
}
