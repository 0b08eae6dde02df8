/* data.js - the data that came with the page, and its elements.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: the shapes of wireshark/page-data.c, turned into what the other scripts
 * read.  Nothing here or there decides what a segment means.  Texts of the data
 * reach the page by textContent and attributes only: none can become markup.
 */
const INFERRED = 16;

const captures = [...document.querySelectorAll('script.capture')].map((island) => JSON.parse(island.textContent));

/* All connections, each with its number (.index), capture and texts. */
const connections = [];

/* Two states before, two after, by end: { name, inferred }. */
function statesOf(capture, numbers) {
  const state = (number) => ({ name: capture.states[number % INFERRED], inferred: number >= INFERRED });
  return { before: [state(numbers[0]), state(numbers[1])], after: [state(numbers[2]), state(numbers[3])] };
}

captures.forEach((capture, order) => {
  for (const connection of capture.connections) {
    const text = (number) => (number ? capture.texts[number] : null);
    for (const name of ['result_word', 'outcome', 'opening', 'close', 'missing', 'conn_state_word', 'pause'])
      connection[name] = text(connection[name]);
    for (const step of connection.steps) {
      Object.assign(step, statesOf(capture, step.states), { label: text(step.label), explanation: text(step.explanation),
        pause: text(step.pause) });
    }
    connection.capture = capture;
    connection.order = order;
    connection.index = connections.length;
    connections.push(connection);
  }
});

/* What the page's address calls a connection: its number, as the list shows it; of captures with the same numbers, its place here. */
const isNumbered = new Set(connections.map((connection) => connection.number)).size === connections.length;
for (const connection of connections)
  connection.address = isNumbered ? connection.number : connection.index + 1;

/* The name of end 0 or 1 of a connection. */
function endName(connection, end) {
  if (connection.roles === 'unknown')
    return word(end === 0 ? 'a' : 'b');
  return word(end === 0 ? 'client' : 'server');
}

function stateText(state) {
  return state.name + (state.inferred ? '?' : '');
}

/* Of segments that are no step: how many, how large. */
function runText(step, withFrame) {
  const [segments, bytes, last, again, shut] = step.run;
  const key = again ? (segments === 1 ? 'run_again' : 'runs_again') : segments === 1 ? 'run' : 'runs';
  const sent = bytes === 0 ? word(segments === 1 ? 'ack' : 'acks', grouped(segments))
                           : word(key, grouped(segments), grouped(bytes));
  const text = shut ? word('shut', sent) : sent;
  return withFrame && segments > 1 ? word('until', text, last) : text;
}

/* What stands for a step where there is room for a line. */
function labelText(step) {
  return step.run ? runText(step, true) : say(step.label);
}

/* What its flags and numbers are. */
function numbersText(step) {
  return step.icmp ? word('icmp', step.icmp) : step.numbers;
}

/* ---- Elements ---- */

/* element('p', { class: 'x', title: 'y' }, child, 'text' ...) */
function element(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function drawn(name, attributes, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}
