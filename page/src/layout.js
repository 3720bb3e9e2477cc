// SPDX-License-Identifier: BSD-3-Clause
// Where lanes, rows and brackets go. Nothing here knows of the browser.

export const ROW = 28;         // the height of a row
export const NUMBERS = 56;     // the width of the column with the numbers of the steps
export const SLOT = 14;        // the width of a bracket
export const LEAST_LANE = 190; // the least width of a lane
const LETTER = 7.5;            // about the width of a letter
const MOST_CHIP = 720;         // a longer step is cut
const CHIP = 40;               // the border and margin of a step

/** The rows from top to bottom: {type: 'step', at}, {type: 'function', at, name} above the first
    step of a function in its thread, {type: 'set-up', count}. */
export function rowsOf(model, showSetUp) {
    const rows = [];
    const current = new Map();
    model.steps.forEach((s, at) => {
        if (at === 0 && model.setUp !== 0)
            rows.push({type: 'set-up', count: model.setUp});
        if (at < model.setUp && !showSetUp)
            return;
        if (s.thread_id !== null && s.function && s.function !== current.get(s.thread_id))
            rows.push({type: 'function', at, name: s.function});
        if (s.thread_id !== null)
            current.set(s.thread_id, s.function);
        rows.push({type: 'step', at});
    });
    return rows;
}

/** For each step its row; that of the folded set-up for its steps. */
export function rowOfStep(model, rows) {
    const row = new Array(model.steps.length).fill(0);
    rows.forEach((r, i) => {
        if (r.type === 'step')
            row[r.at] = i;
    });
    return row;
}

/** Gives each bracket a place beside its lane, where it crosses no other one; returns how many
    places the widest lane needs. */
export function placeBrackets(model) {
    const ends = new Map(); // for each lane and place: where the last bracket ends
    let most = 0;
    for (const bracket of model.brackets) {
        if (!ends.has(bracket.thread))
            ends.set(bracket.thread, []);
        const places = ends.get(bracket.thread);
        let slot = places.findIndex((end) => end < bracket.begin);
        if (slot < 0)
            slot = places.length;
        places[slot] = bracket.end ?? Infinity;
        bracket.slot = slot;
        most = Math.max(most, slot + 1);
    }
    return most;
}

/** The lanes' left edges and the width of all, for a window that is `available` wide. `textOf` is
    the text that a step is shown with. */
export function columnsOf(model, available, slots, textOf) {
    const gutter = slots * SLOT + 10;
    const n = Math.max(model.lanes.length, 1);
    const needs = new Map(model.lanes.map((lane) => [lane.id, LEAST_LANE]));
    model.steps.forEach((s, at) => {
        if (s.thread_id !== null)
            needs.set(s.thread_id, Math.max(needs.get(s.thread_id),
                Math.min(textOf(at).length * LETTER + CHIP, MOST_CHIP)));
    });

    // A step may extend over the lanes on its right. Nothing is on the right of the last lane: it
    // gets what it needs, as far as that leaves the others their least width.
    const least = LEAST_LANE + gutter;
    const room = available - NUMBERS;
    const last = n === 1 ? room : Math.min((needs.get(model.lanes.at(-1).id) ?? 0) + gutter,
                                           Math.max(least, room - (n - 1) * least));
    const width = n === 1 ? Math.max(least, room)
        : Math.max(least, Math.floor((room - Math.max(last, room / n)) / (n - 1)));
    const left = new Map(model.lanes.map((lane, i) => [lane.id, NUMBERS + i * width]));
    const all = Math.max(available, ...model.lanes.map(
        (lane) => left.get(lane.id) + gutter + needs.get(lane.id)));
    return {left, gutter, laneWidth: width, width: Math.ceil(all)};
}

/** The index of the first row and of the one after the last that a window shows. */
export function windowOf(top, height, rows, extra = 8) {
    const first = Math.max(0, Math.floor(top / ROW) - extra);
    return {first, end: Math.min(rows, Math.ceil((top + height) / ROW) + extra)};
}
