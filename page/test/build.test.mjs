// SPDX-License-Identifier: BSD-3-Clause
// The header of the library is what the sources of the page make.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';
import {headerText, template} from '../build.mjs';

test('page_template.hpp is what page/src says: otherwise run node page/build.mjs', () => {
    const header = new URL('../../include/wbsync/report/page_template.hpp', import.meta.url);
    assert.ok(readFileSync(header, 'utf8') === headerText());
});

test('the page asks for nothing from elsewhere', () => {
    const [before, after] = template();
    assert.ok(!/(src|href)="(?!#|data:)|url\(|@import|fetch\(|XMLHttpRequest|innerHTML|outerHTML/.test(before + after));
    assert.match(before, /default-src 'none'/);
    assert.ok(!/[^\x00-\x7f]/.test(before + after));
});
