/* list.js - the list of connections: sorted, searched, the troubled ones first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every row is made once per language; sorting puts rows in another order,
 * searching hides them.
 */
const COLUMNS = [
  { word: 'column_capture', value: (c) => c.order, text: (c) => c.capture.name || '', several: true },
  { word: 'column_number', value: (c) => c.number, text: (c) => String(c.number), number: true, link: true },
  { word: 'column_a', value: (c) => c.a, text: (c) => c.a, end: true },
  { word: 'column_b', value: (c) => c.b, text: (c) => c.b, end: true },
  { word: 'column_roles', value: (c) => c.roles, text: (c) => word(`list_roles_${c.roles}`), wide: true },
  { word: 'column_protocol', value: (c) => c.protocol || '', text: (c) => c.protocol || '', wide: true },
  { word: 'column_outcome', value: (c) => c.rank, text: (c) => say(c.outcome), outcome: true },
  { word: 'column_missing', value: (c) => say(c.missing), text: (c) => say(c.missing), wide: true, sentence: true },
  { word: 'column_handshake', value: (c) => c.handshake ?? -1, text: (c) => (c.handshake === undefined ? '' : seconds(c.handshake)), number: true, wide: true },
  { word: 'column_duration', value: (c) => c.duration ?? -1, text: (c) => (c.duration === undefined ? '' : seconds(c.duration)), number: true },
  { word: 'column_packets', value: (c) => c.packets[0] + c.packets[1], text: (c) => grouped(c.packets[0] + c.packets[1]), number: true, wide: true },
  { word: 'column_bytes', value: (c) => c.bytes[0] + c.bytes[1], text: (c) => grouped(c.bytes[0] + c.bytes[1]), number: true, wide: true },
];

const list = {
  sort: { column: null, down: false },  // null: captures in their order, in each the troubled ones first
  outcome: 'all',                       // 'all', 'trouble' or a result
  rows: [],                             // { connection, row, haystack }
  shown: [],                            // connections, as they stand there
};

function columnsOfList() {
  return COLUMNS.filter((column) => !column.several || captures.length > 1);
}

function makeCell(connection, column) {
  const classes = [column.number && 'number', column.wide && 'wide', column.end && 'end'].filter((name) => name).join(' ');
  let content = column.text(connection);
  if (column.outcome)
    content = element('span', { class: `outcome${connection.trouble ? ' trouble' : connection.result === 'closed' ? ' fine' : ''}` }, content);
  if (column.sentence && content)
    content = element('span', { class: 'text' }, content);
  if (column.link)
    content = element('a', { href: `#${connection.address}` }, content);
  return element('td', { class: classes || null, 'data-head': word(column.word) }, content);
}

function makeRow(connection) {
  const cells = columnsOfList().map((column) => makeCell(connection, column));
  const row = element('tr', { 'data-connection': connection.index }, ...cells);
  row.addEventListener('click', (event) => {
    if (!event.target.closest('a'))
      choose(connection.index, 0, 'list');
  });
  const haystack = [...cells.map((cell) => cell.textContent), connection.result, connection.conn_state].join(' ').toLowerCase();
  return { connection, row, haystack };
}

function makeHead() {
  const cells = columnsOfList().map((column) => {
    const sorted = list.sort.column === column;
    const button = element('button', { type: 'button' }, word(column.word), element('span', { 'aria-hidden': 'true' }, sorted ? (list.sort.down ? ' ▼' : ' ▲') : ''));
    button.addEventListener('click', () => sortBy(column));
    const classes = [column.number && 'number', column.wide && 'wide'].filter((name) => name).join(' ');
    return element('th', { scope: 'col', class: classes || null, 'aria-sort': sorted ? (list.sort.down ? 'descending' : 'ascending') : null }, button);
  });
  document.querySelector('#list thead').replaceChildren(element('tr', null, ...cells));
}

function sortBy(column) {
  const same = list.sort.column === column;
  list.sort = same && list.sort.down ? { column: null, down: false } : { column, down: same };
  makeHead();
  orderRows();
  const index = columnsOfList().indexOf(column);
  document.querySelectorAll('#list thead button')[index].focus();
}

function orderRows() {
  const { column, down } = list.sort;
  const compare = (a, b) => {
    if (!column)
      return 0;
    const x = column.value(a.connection), y = column.value(b.connection);
    return (typeof x === 'number' ? x - y : x.localeCompare(y, undefined, { numeric: true })) * (down ? -1 : 1);
  };
  list.rows.sort((a, b) => compare(a, b) || a.connection.index - b.connection.index);
  document.querySelector('#list tbody').replaceChildren(...list.rows.map((entry) => entry.row));
  search();
}

/* Hide what was not asked for. */
function search() {
  const words = byId('find').value.toLowerCase().split(/\s+/).filter((part) => part);
  list.shown = [];
  for (const { connection, row, haystack } of list.rows) {
    const wanted = list.outcome === 'all' || (list.outcome === 'trouble' ? connection.trouble : connection.result === list.outcome);
    row.hidden = !wanted || !words.every((part) => haystack.includes(part));
    if (!row.hidden)
      list.shown.push(connection);
  }
  byId('found').textContent = word('found', list.shown.length, connections.length);
}

/* A button for each result that there is, with how many there are. */
function makeOutcomes() {
  const counts = new Map([['all', connections.length]]);
  const trouble = connections.filter((connection) => connection.trouble).length;
  if (trouble > 0)
    counts.set('trouble', trouble);
  const byRank = [...connections].sort((a, b) => a.rank - b.rank);
  for (const connection of byRank)
    counts.set(connection.result, (counts.get(connection.result) || 0) + 1);
  byId('outcomes').replaceChildren(...[...counts].map(([result, count]) => {
    const example = byRank.find((connection) => connection.result === result);
    const text = example ? say(example.result_word) : word(result);
    const button = element('button', { type: 'button', 'aria-pressed': String(list.outcome === result) }, `${text} ${count}`);
    button.addEventListener('click', () => {
      list.outcome = result;
      for (const other of byId('outcomes').children)
        other.setAttribute('aria-pressed', String(other === button));
      search();
    });
    return button;
  }));
}

function makeList() {
  list.rows = connections.map(makeRow);
  makeHead();
  makeOutcomes();
  orderRows();
}

function markInList(index) {
  for (const { connection, row } of list.rows) {
    row.classList.toggle('current', connection.index === index);
    if (connection.index === index)
      row.setAttribute('aria-current', 'true');
    else
      row.removeAttribute('aria-current');
  }
}
