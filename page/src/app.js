// SPDX-License-Identifier: BSD-3-Clause
// The page: what is shown at the top, and how one steps.
import {Diagram} from './diagram.js';
import {count, readDocument, visible} from './document.js';
import {element, nameOf, setText, wordsIn} from './dom.js';
import {Panels} from './panels.js';
import {modelOf} from './state.js';
import {storyOf} from './story.js';
import {fillTable} from './table.js';
import {sentenceOf, textOf} from './words.js';

const PAGE = 10; // steps

function showHeading(get, model) {
    const {check, total_steps: total, not_started: idle, program, version} = model.document;
    document.title = visible(check.model + ': ' + check.property + ' (' + check.memory + ')');
    setText(get('program'), visible(program + (version ? ' ' + version : '')));
    get('model').replaceChildren(nameOf(check.model));
    setText(get('memory-model'), 'under ' + visible(check.memory));
    setText(get('property'), visible(check.property));
    get('message').replaceChildren(nameOf(check.message));
    const facts = [
        ['commit', check.commit],
        ['size', Object.entries(check.parameters ?? {}).map(([k, v]) => k + '=' + v).join(' ')],
        ['expected', check.expected + (check.as_expected ? '' : ', so this is a surprise')],
        ['took no step', idle.join(', ')],
    ];
    get('facts').replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, nameOf(value)))));
    get('replay-box').hidden = !check.replay;
    if (check.replay)
        setText(get('replay'), visible(check.replay));
    get('cut').hidden = total === model.steps.length;
    setText(get('cut'), 'Only the first ' + model.steps.length.toLocaleString('en') + ' of ' +
        count(total, 'step') + ' are shown.');
}

function showStory(at, model, story, go) {
    at.hidden = story.length === 0;
    at.querySelector('ol').replaceChildren(...story.map(({at: step, label}) => {
        const s = model.steps[step];
        const card = element('button', {type: 'button', class: 'card ' + (s.kind === 'finding' ? 'failed' : s.kind),
                                        'data-step': step + 1},
            element('span', {class: 'label'}, visible(label)),
            element('span', {class: 'card-top'}, element('b', {}, String(step + 1)), ' ',
                    nameOf(s.thread, {class: 'thread'})),
            element('span', {class: 'card-words'}, ...wordsIn(textOf(s), s.object)));
        card.title = visible(textOf(s));
        card.addEventListener('click', () => go(step));
        return element('li', {}, card);
    }));
}

class App {
    constructor() {
        const get = (id) => document.getElementById(id);
        const model = modelOf(readDocument(document));
        this.get = get;
        this.model = model;
        this.last = model.steps.length - 1;
        const go = (at) => this.go(at);
        showHeading(get, model);
        const story = storyOf(model);
        showStory(get('story'), model, story, go);
        this.cards = [...get('story').querySelectorAll('.card')];
        this.diagram = new Diagram(get('diagram'), model, go);
        this.diagram.label(story);
        this.panels = new Panels(document, model, go);
        this.listen();
        get('slider').max = String(this.last + 1);
        fillTable(get('table-body'), get('table-more'), model);
        this.go(this.fromAddress() ?? Math.min(model.setUp, this.last));
    }

    /** "#step-12" in the address. */
    fromAddress() {
        const found = /^#step-(\d+)$/.exec(location.hash);
        const at = found ? Number(found[1]) - 1 : -1;
        return at >= 0 && at <= this.last ? at : null;
    }

    go(at) {
        at = Math.max(0, Math.min(this.last, at));
        if (at === this.at)
            return;
        this.at = at;
        this.diagram.show(at);
        this.panels.show(at);
        this.get('slider').value = String(at + 1);
        this.get('slider').setAttribute('aria-valuetext', 'step ' + (at + 1) + ' of ' + (this.last + 1));
        setText(this.get('position'), (at + 1).toLocaleString('en') + ' / ' + (this.last + 1).toLocaleString('en'));
        setText(this.get('say'), visible(sentenceOf(this.model, at)));
        for (const [id, end] of [['first', 0], ['back', 0], ['next', this.last], ['last', this.last]])
            this.get(id).setAttribute('aria-disabled', String(at === end));
        for (const card of this.cards)
            card.toggleAttribute('data-current', Number(card.dataset.step) === at + 1);
        this.keepAddress();
    }

    /** The address names the step, so that it can be sent to somebody. Browsers allow only so many
        changes in a time: it waits until the user rests. */
    keepAddress() {
        clearTimeout(this.address);
        this.address = setTimeout(() => history.replaceState(null, '', '#step-' + (this.at + 1)), 300);
    }

    /** The next step of the same thread in that direction. */
    inThread(direction) {
        const {steps} = this.model;
        for (let at = this.at + direction; at >= 0 && at <= this.last; at += direction)
            if (steps[at].thread_id === steps[this.at].thread_id)
                return at;
        return this.at;
    }

    toggle(id, how) {
        how();
        const button = this.get(id);
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    }

    /** What a key does; undefined: nothing. */
    command(key, inDiagram) {
        switch (key) {
        case 'ArrowRight': case 'j': return () => this.go(this.at + 1);
        case 'ArrowLeft': case 'k': return () => this.go(this.at - 1);
        case 'ArrowDown': return inDiagram ? () => this.go(this.at + 1) : undefined;
        case 'ArrowUp': return inDiagram ? () => this.go(this.at - 1) : undefined;
        case 'PageDown': return inDiagram ? () => this.go(this.at + PAGE) : undefined;
        case 'PageUp': return inDiagram ? () => this.go(this.at - PAGE) : undefined;
        case 'Home': return () => this.go(0);
        case 'End': return () => this.go(this.last);
        case ']': return () => this.go(this.inThread(1));
        case '[': return () => this.go(this.inThread(-1));
        case 'a': return () => this.toggle('arrows', () => this.diagram.toggleArrows());
        case 'h': return () => this.toggle('order', () => this.toggleOrder());
        case '?': return () => this.get('help').showModal();
        default: return undefined;
        }
    }

    /** Keeps the order of the current step in sight, for those who cannot hover. */
    toggleOrder() {
        this.keepsOrder = !this.keepsOrder;
        this.diagram.hover(this.keepsOrder ? this.at : null);
    }

    listen() {
        const {get} = this;
        get('first').addEventListener('click', () => this.go(0));
        get('back').addEventListener('click', () => this.go(this.at - 1));
        get('next').addEventListener('click', () => this.go(this.at + 1));
        get('last').addEventListener('click', () => this.go(this.last));
        get('slider').addEventListener('input', () => this.go(Number(get('slider').value) - 1));
        get('arrows').addEventListener('click', () => this.command('a')());
        get('order').addEventListener('click', () => this.command('h')());
        get('help-button').addEventListener('click', () => get('help').showModal());
        get('help-close').addEventListener('click', () => get('help').close());
        get('copy').addEventListener('click', () => this.copy());
        window.addEventListener('hashchange', () => {
            const at = this.fromAddress();
            if (at !== null)
                this.go(at);
        });
        document.addEventListener('keydown', (event) => {
            const isSlider = event.target === get('slider') && !/^[a-z?[\]]$/.test(event.key);
            if (event.ctrlKey || event.metaKey || event.altKey || isSlider || get('help').open)
                return;
            const does = this.command(event.key, get('diagram').contains(event.target));
            if (does === undefined)
                return;
            event.preventDefault();
            does();
            if (this.keepsOrder)
                this.diagram.hover(this.at);
        });
    }

    /** A file of its own may not reach the clipboard: then the text is marked. */
    copy() {
        getSelection().selectAllChildren(this.get('replay'));
        const said = (text) => setText(this.get('copy'), text);
        const copied = navigator.clipboard?.writeText(this.get('replay').textContent);
        if (copied)
            copied.then(() => said('Copied'), () => said('Marked'));
        else
            said('Marked');
    }
}

new App();
