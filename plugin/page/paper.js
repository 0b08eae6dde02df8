/* paper.js - what is printed: the list, then each connection with its ladder, its
 * steps in words and the state diagram with all that was walked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Made just before printing, taken away after.  A long ladder is drawn in pieces
 * that each fit on a page.
 */
const ROWS_ON_A_PAGE = 12;

function printedList(shown) {
  const columns = columnsOfList();
  return element('table', { class: 'printed-list' },
    element('thead', null, element('tr', null, ...columns.map((column) => element('th', null, word(column.word))))),
    element('tbody', null, ...shown.map((connection) => element('tr', null,
      ...columns.map((column) => element('td', { class: column.number ? 'number' : null }, column.text(connection)))))));
}

function printedLadder(connection) {
  const pieces = [];
  for (let first = 0; first < connection.steps.length; first += ROWS_ON_A_PAGE) {
    const end = Math.min(first + ROWS_ON_A_PAGE, connection.steps.length);
    pieces.push(element('div', { class: 'piece' }, drawLadder(connection, { width: 700, scale: 'steps', zoom: 1, first, end, current: -1, hides: () => false })));
  }
  return pieces;
}

function printedConnection(connection) {
  const steps = connection.steps.map((step, index) => ({ step, index })).filter(({ step }) => !step.run);
  return element('article', null,
    element('h2', null, headingText(connection)),
    element('p', null, summaryText(connection)),
    ...printedLadder(connection),
    element('ul', { class: 'legend' }, ...legendOf(connection).map((text) => element('li', null, text))),
    element('div', { class: 'printed-steps' },
      ...steps.map(({ index }) => element('section', { class: 'printed-step' }, ...tellStep(connection, index, 'h4')))),
    element('section', { class: 'piece' }, element('h3', null, word('machine')), drawMachine(connection, connection.steps.length - 1, 'after')));
}

function layOut() {
  const shown = byId('print-all').checked ? list.shown : connections.length > 0 ? [connections[view.connection]] : [];
  byId('paper').replaceChildren(
    element('h1', null, word('title')), element('p', null, sourceText()),
    printedList(shown), ...shown.map(printedConnection));
  byId('paper').hidden = false;
}

function clearPaper() {
  byId('paper').hidden = true;
  byId('paper').replaceChildren();
}
