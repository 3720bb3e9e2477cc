// SPDX-License-Identifier: BSD-3-Clause
// What happens before what. Each order has beside it the same steps without what makes it.
import assert from 'node:assert/strict';
import test from 'node:test';
import {edgesOf, reachable, reversed} from '../src/order.js';
import {modelOf} from '../src/state.js';
import {documentWith, step} from './support.mjs';

const a = (more) => step({thread: 'a', thread_id: 0, order: 'relaxed', ...more});
const b = (more) => step({thread: 'b', thread_id: 1, order: 'relaxed', ...more});

/** Does the step with the first index happen before that with the second one? */
function before(steps, first, second) {
    const edges = edgesOf(modelOf(documentWith(steps)));
    const is = reachable(edges, second).has(first);
    assert.equal(reachable(reversed(edges), first).has(second), is);
    return is;
}

/** Message passing: 0 stores the data, 1 the flag, 2 reads the flag, 3 the data. */
function passing(release, acquire) {
    return [a({kind: 'store', object: 'data', after: 1}), a({kind: 'store', object: 'flag', after: 1, ...release}),
            b({object: 'flag', before: 1, reads_from: 2, ...acquire}), b({object: 'data', before: 1, reads_from: 1})];
}

test('a release that an acquire reads from orders what is around them', () => {
    assert.ok(before(passing({order: 'release'}, {order: 'acquire'}), 0, 3));
    assert.ok(!before(passing({}, {order: 'acquire'}), 0, 3));
    assert.ok(!before(passing({order: 'release'}, {}), 0, 3));
    assert.ok(!before(passing({order: 'release'}, {order: 'acquire', reads_from: null}), 0, 3));
});

test('barriers before the store and after the read do the same', () => {
    const with_ = (wmb, rmb) => {
        const [data, flag, read, use] = passing({}, {});
        return [data, a({kind: 'fence', order: wmb}), flag, {...read, reads_from: 3},
                b({kind: 'fence', order: rmb}), use];
    };
    assert.ok(before(with_('release', 'acquire'), 0, 5));
    assert.ok(before(with_('full', 'full'), 0, 5));
    assert.ok(!before(with_(null, 'acquire'), 0, 5));
    assert.ok(!before(with_('release', null), 0, 5));
});

test('a read-modify-write passes on what was released before it, a store does not', () => {
    const chain = (kind) => [a({kind: 'store', object: 'x', after: 1, order: 'release'}),
        step({thread: 'c', thread_id: 2, kind, object: 'x', before: 1, after: 2, reads_from: 1}),
        b({object: 'x', before: 2, reads_from: 2, order: 'acquire'})];
    assert.ok(before(chain('rmw'), 0, 2));
    assert.ok(!before(chain('store'), 0, 2));
});

test('an unlock happens before the next lock of the same lock', () => {
    const locks = (name) => [a({kind: 'lock', object: 'l', after: 'a', order: 'acquire'}),
        a({kind: 'unlock', object: 'l', after: 'free', order: 'release'}),
        b({kind: 'lock', object: name, after: 'b', order: 'acquire'})];
    assert.ok(before(locks('l'), 0, 2));
    assert.ok(!before(locks('m'), 0, 2));
});

test('a wait happens after the wake-up that let it go on', () => {
    assert.ok(before([a({kind: 'wake', object: 'w', after: 1}), b({kind: 'wait', object: 'w', before: 1, reads_from: 1})],
                     0, 1));
});

test('a grace period ends after the sections before it, and before the end of those after it', () => {
    const periods = (begins) => {
        const steps = [a({kind: 'grace_period_begin', op: 'synchronize_rcu'}), b({kind: 'section_end'}),
                       a({kind: 'grace_period_end', op: 'synchronize_rcu'})];
        const begin = b({kind: 'section_begin', op: 'rcu_read_lock'});
        return begins === 'before' ? [begin, ...steps] : [steps[0], begin, steps[1], steps[2]];
    };
    assert.ok(before(periods('before'), 2, 3));
    assert.ok(!before(periods('after'), 2, 3));
    assert.ok(before(periods('after'), 0, 1));
});

test('the set-up comes before all threads, the end after them', () => {
    const steps = [step({thread: '(set-up)', thread_id: null}), a({}), b({}), step({thread: '(end)', thread_id: null})];
    for (const [first, second] of [[0, 1], [0, 2], [1, 3], [2, 3]])
        assert.ok(before(steps, first, second));
    assert.ok(!before(steps, 1, 2));
});

test('a late read is not after what it reads from', () => {
    assert.ok(!before([b({object: 'x', before: 1, reads_from: 2, late: true, order: 'acquire'}),
                       a({kind: 'store', object: 'x', after: 1, order: 'release'})], 1, 0));
});
