// SPDX-License-Identifier: BSD-3-Clause
// The page in Chromium: it is opened, stepped through and read. Screenshots are kept in
// page/screenshots, or where WBSYNC_SCREENSHOTS says. Without Chromium or playwright-core the tests
// are skipped, unless WBSYNC_BROWSER=required.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {documentOf, documentWith, pageOf, step, traceOf} from './support.mjs';

const chromiumPath = process.env.CHROMIUM ??
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));
const playwright = await import('playwright-core').catch(() => null);
const missing = !playwright ? 'playwright-core is not installed: npm install in page/'
    : !chromiumPath ? 'Chromium was not found: set CHROMIUM' : null;
if (missing && process.env.WBSYNC_BROWSER === 'required')
    throw new Error(missing);
const skip = missing ? `skipped: ${missing}` : false;
const shots = process.env.WBSYNC_SCREENSHOTS ?? fileURLToPath(new URL('../screenshots', import.meta.url));

let browser, folder;
before(async () => {
    if (missing)
        return;
    folder = mkdtempSync(join(tmpdir(), 'wbsync-page-'));
    mkdirSync(shots, {recursive: true});
    browser = await playwright.chromium.launch({executablePath: chromiumPath, args: ['--no-sandbox']});
});
after(async () => {
    await browser?.close();
    if (folder)
        rmSync(folder, {recursive: true});
});

let pages = 0;
function written(document) {
    const file = join(folder, `${++pages}.html`);
    writeFileSync(file, pageOf(document));
    return file;
}

/** Opens the file and runs `look`. Nothing may be complained of, or loaded. */
async function open(file, look, {width = 1366, height = 850, ...more} = {}) {
    const page = await browser.newPage({viewport: {width, height}, ...more});
    const complaints = [];
    page.on('console', (m) => complaints.push(m.text()));
    page.on('pageerror', (e) => complaints.push(e.stack));
    page.on('dialog', (d) => complaints.push(d.message()));
    page.on('request', (r) => r.url().startsWith('file:') || r.url() === 'data:,' || complaints.push(r.url()));
    try {
        await page.goto(pathToFileURL(file).href);
        await look(page);
        assert.deepEqual(complaints, []);
    } finally {
        await page.close();
    }
}
const keep = (page, name) => page.screenshot({path: join(shots, name + '.png')});
const text = (page, selector) => page.locator(selector).innerText();
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function expectV6(page) {
    assert.equal(await page.title(), 'isw/v6: P1 (lkmm)');
    assert.match(await text(page, 'h1'), /isw\/v6\s+under lkmm/);
    assert.equal(await text(page, '#position'), '7 / 36'); // after the set-up
    for (let i = 7; i < 36; ++i)
        await page.keyboard.press('ArrowRight');
    assert.equal(await text(page, '#position'), '36 / 36');
    assert.equal(await text(page, '#step-words'), 'P1: VFS: Busy inodes after unmount of sb[0]');
    assert.match(await text(page, '#memory'), /isw_nr_in_flight\s+1\s+10/);
    assert.match(await text(page, '#memory'), /sb\[0\]\.s_flags\s+0\s+23/);
    assert.match(await text(page, '#locks'), /sb\[0\]\.s_umount\s+held by umount\s+8/);
    assert.match(await text(page, '#freed'), /sb\[0\]\.s_fs_info by umount, step 33/);
    assert.match(await page.locator('#say').textContent(), /^Step 36 of 36, umount, in generic_shutdown_super/);
    assert.equal(await page.locator('.row.current .chip').innerText().then((t) => t.startsWith('P1: VFS')), true);
}

test('isw/v6, step by step to the end: who used, who freed, what failed', {skip}, () =>
    open(written(documentOf(traceOf('isw_v6'))), async (page) => {
        await expectV6(page);
        await keep(page, 'v6-end');
        const cards = await page.locator('#story .card').allInnerTexts();
        assert.match(cards[0], /^used last by another thread\s+14 switcher\[0\]/);
        assert.ok(cards.some((c) => /^freed\s+33 umount\s+kfree\(sb\[0\]\.s_fs_info\)/.test(c)));
        await page.locator('#story .card').nth(2).click();
        assert.equal(await text(page, '#position'), '30 / 36');
        assert.match(await text(page, '#step-notes'), /reads from step 19, by switcher\[0\]/);
        assert.equal(await page.locator('.arrow.reads:not(.faint)').count(), 1);
        await keep(page, 'v6-light');
    }));

test('the page that the program has written', {
    skip: skip || (process.env.WBSYNC_TOOL ? false : 'skipped: WBSYNC_TOOL names no program'),
}, async () => {
    const file = join(folder, 'written.html');
    execFileSync(process.env.WBSYNC_TOOL, ['check', 'isw/v6', '--memory', 'lkmm', '--first', '--html', file], {stdio: 'ignore'});
    await open(file, async (page) => {
        await expectV6(page);
        assert.match(await text(page, '#source-place'), /models\/writeback\/vfs\.hpp:\d+/);
        assert.equal(await page.locator('#source-lines .line').count(), 5);
        assert.match(await text(page, '#replay'), /^wbsync replay isw\/v6 --schedule "l:/);
        await keep(page, 'v6-written');
    });
});

test('stale and late reads are told in words, and grace periods are open while they last', {skip}, async () => {
    await open(written(documentOf(traceOf('fserror_report'))), async (page) => {
        assert.match((await page.locator('.pill.stale').allInnerTexts()).join(), /stale: \d is newer, from step \d+/);
    });
    await open(written(documentOf(traceOf('stat_fences'))), async (page) => {
        await page.goto(page.url() + '#step-42');
        assert.equal(await text(page, '#step-notes li'), 'late: reads what step 54 stores later show 54');
        await page.locator('#step-notes button').click();
        assert.match(await text(page, '#position'), /^54/);
        await page.goto(page.url().replace(/#.*/, '#step-36'));
        assert.match(await text(page, '#sections'), /switcher waits in synchronize_rcu/);
        await page.keyboard.press('h');
        assert.ok(await page.locator('.row.is-before').count() > 5);
        assert.ok(await page.locator('.arrow.order').count() > 0);
        await keep(page, 'order-dark');
    }, {colorScheme: 'dark'});
});

test('names with markup, quotes, emoji and from right to left are text', {skip}, async () => {
    const hostile = [
        '</script><script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"\'`&amp;<!--', '\u{1f600}\u{1f4a5}',
        '\u05e9\u05dc\u05d5\u05dd', 'a\u202egnp', '__proto__', '{{data}}', 'constructor', '\\u003cb>', '\u2028\u2029', '',
    ];
    const steps = hostile.flatMap((name, i) => [
        step({thread: name, thread_id: i, kind: 'store', object: name, after: name, text: `WRITE_ONCE(${name}, ${name})`,
              function: name, file: name, line: 1}),
        step({thread: name, thread_id: i, kind: 'lock', object: name, after: name, text: `lock(${name})`}),
        step({thread: name, thread_id: i, kind: 'free', object: name, text: `kfree(${name})`}),
    ]);
    steps.push(step({thread: hostile[0], thread_id: 0, kind: 'finding', property: hostile[0], message: hostile.join(' ')}));
    const document = documentWith(steps, {sources: {[hostile[0]]: {1: hostile[0]}}});
    Object.assign(document.check, {model: hostile[0], property: hostile[1], message: hostile.join(' '), replay: hostile[1]});
    await open(written(document), async (page) => {
        for (let i = 0; i < steps.length; ++i)
            await page.keyboard.press('j');
        assert.equal(await page.locator('img, b.x, body > script').count(), 2); // its own two
        assert.match(await text(page, 'h1'), /<\/script><script>alert\(1\)<\/script>/);
        assert.match(await text(page, '#table-body'), /a\u27e8U\+202E\u27e9gnp/);
        await keep(page, 'hostile');
    });
});

/** A trace of `n` steps by six threads, which lock, store and read. */
function longTrace(n) {
    const steps = [];
    for (let i = 0; i < n - 1; ++i) {
        const thread = {thread: 'cpu[' + i % 6 + ']', thread_id: i % 6, function: 'f' + Math.floor(i / 24) % 5};
        const object = 'x[' + i % 40 + ']';
        steps.push(step(i % 2 === 0
            ? {...thread, kind: 'store', object, after: i, text: `WRITE_ONCE(${object}, ${i})`, order: 'release'}
            : {...thread, object: 'x[' + (i - 1) % 40 + ']', before: i - 1, reads_from: i, order: 'acquire',
               text: `READ_ONCE(x[${(i - 1) % 40}]) = ${i - 1} from ${i}`}));
    }
    steps.push(step({thread: 'cpu[0]', thread_id: 0, kind: 'finding', property: 'P1', message: 'it is open'}));
    return documentWith(steps);
}

test('500 steps: every one is shown, and only those in the window are in the document', {skip}, () =>
    open(written(longTrace(501)), async (page) => {
        await page.keyboard.press('h');
        await page.keyboard.press('a');
        for (let i = 1; i < 501; ++i)
            await page.keyboard.press('ArrowRight');
        await settled(page);
        assert.equal(await text(page, '#position'), '501 / 501');
        assert.equal(await text(page, '#step-words'), 'P1: it is open');
        assert.ok(await page.locator('#diagram .row').count() < 90);
        assert.ok(await page.locator('.row.current').isVisible());
        for (let i = 501; i > 1; --i)
            await page.keyboard.press('k');
        assert.equal(await text(page, '#position'), '1 / 501');
        await settled(page);
        assert.ok(await page.locator('.row.current').isVisible());
    }));

test('a trace that was cut says so', {skip}, () => {
    const document = longTrace(10000);
    document.total_steps = 12345;
    return open(written(document), async (page) => {
        assert.equal(await text(page, '#cut'), 'Only the first 10,000 of 12,345 steps are shown.');
        await page.keyboard.press('End');
        assert.equal(await text(page, '#position'), '10,000 / 10,000');
        await page.waitForSelector('#table-more', {state: 'visible'});
        assert.equal(await page.locator('#table-body tr').count(), 1000);
        await keep(page, 'cut');
    });
});

test('the table has the first 1,000 steps, and all when they are wanted', {skip}, () =>
    open(written(longTrace(1300)), async (page) => {
        await page.waitForSelector('#table-more', {state: 'visible'});
        assert.equal(await text(page, '#table-more'), 'Show all 1,300 steps in the table');
        await page.locator('#table-more').click();
        assert.equal(await page.locator('#table-body tr').count(), 1300);
        assert.equal(await page.evaluate(() => document.activeElement.textContent), '1001');
        assert.ok(!await page.locator('#table-more').isVisible());
    }));

test('a window of 360 pixels: the lanes scroll, the page does not', {skip}, () =>
    open(written(documentOf(traceOf('mount_legitimize'))), async (page) => {
        await page.keyboard.press('End');
        await keep(page, 'narrow');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
        assert.ok(await page.evaluate(() => {
            const d = document.getElementById('diagram');
            return d.scrollWidth > d.clientWidth;
        }));
        const box = await page.locator('.row.current .chip').boundingBox();
        assert.ok(box.x < 300 && box.x >= 0);
    }, {width: 360, height: 740}));

test('without a mouse: every control is reached by Tab, Enter works, help opens and closes', {skip}, () =>
    open(written(documentOf(traceOf('isw_v6'))), async (page) => {
        const reached = new Set();
        for (let i = 0; i < 40; ++i) {
            await page.keyboard.press('Tab');
            reached.add(await page.evaluate(() => document.activeElement.id));
        }
        for (const id of ['first', 'back', 'next', 'last', 'slider', 'order', 'arrows', 'help-button', 'diagram'])
            assert.ok(reached.has(id), id);
        await page.focus('#next');
        await page.keyboard.press('Enter');
        assert.equal(await text(page, '#position'), '8 / 36');
        await page.focus('#slider');
        await page.keyboard.press('ArrowRight');
        assert.equal(await text(page, '#position'), '9 / 36');
        await page.focus('#diagram');
        await page.keyboard.press('ArrowDown');
        assert.equal(await text(page, '#position'), '10 / 36');
        await page.keyboard.press(']');
        assert.equal(await text(page, '#position'), '11 / 36');
        await page.keyboard.press('?');
        assert.ok(await page.locator('#help').isVisible());
        await keep(page, 'help');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Escape');
        assert.ok(!await page.locator('#help').isVisible());
        assert.equal(await text(page, '#position'), '11 / 36');
        await page.locator('.fold').click();
        await page.keyboard.press('Home');
        assert.equal(await text(page, '#step-words'), 'kmalloc(bdi)');
    }));

test('for screen readers: everything has a name, and the table has all steps', {skip}, () =>
    open(written(documentOf(traceOf('isw_v6'))), async (page) => {
        await page.waitForSelector('table[data-complete]', {state: 'attached'});
        const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input, a')]
            .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim())).length);
        assert.equal(nameless, 0);
        assert.equal(await page.locator('#table-body th[scope=row]').count(), 36);
        assert.ok(await page.locator('#table caption').isVisible());
        assert.equal(await page.locator('#say').getAttribute('aria-live'), 'polite');
        await page.locator('#table-body a').nth(24).click();
        assert.equal(await text(page, '#position'), '25 / 36');
    }));

test('on paper: all steps, no controls', {skip}, () =>
    open(written(documentOf(traceOf('isw_v6'))), async (page) => {
        await page.emulateMedia({media: 'print'});
        assert.ok(!await page.locator('.controls').isVisible());
        assert.ok(await page.locator('#table-body tr').nth(35).isVisible());
        assert.ok((await page.pdf()).length > 1000);
        await page.screenshot({path: join(shots, 'print.png'), fullPage: true});
    }));

/** The least contrast of visible text: [ratio, what]. */
function leastContrast() {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (c) => {
        const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = (e) => {
        for (; e; e = e.parentElement) {
            const color = rgb(getComputedStyle(e).backgroundColor);
            if (color[3] === 255)
                return color;
        }
        return [255, 255, 255];
    };
    let least = [99, ''];
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || !e.checkVisibility() || e.closest('.unseen, .skip, noscript, script, style, svg'))
            continue;
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(paper(e))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < least[0])
            least = [ratio, e.className + ' ' + e.textContent.slice(0, 40)];
    }
    return least;
}

for (const colorScheme of ['light', 'dark'])
    test(`text has a contrast of at least 4.5, ${colorScheme}`, {skip}, async () => {
        for (const trace of ['isw_v6', 'mount_legitimize', 'stat_fences'])
            await open(written(documentOf(traceOf(trace))), async (page) => {
                for (const key of ['Home', 'End', 'h', 'a', 'k', 'k', 'k']) {
                    await page.keyboard.press(key);
                    const [ratio, what] = await page.evaluate(leastContrast);
                    assert.ok(ratio >= 4.5, `${ratio}: ${what}`);
                }
                await keep(page, `${trace}-${colorScheme}`);
            }, {colorScheme});
    });
