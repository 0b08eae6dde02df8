/* diagram.js - RFC 9293's figure 5, the state diagram, and both ends on it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: where states and edges are drawn, and which edges were walked.  An edge
 * is named by the states that the data give before and after a segment; whoever
 * goes another way than the figure knows, or for another reason, is drawn dashed,
 * and the text says so.  CLOSED is drawn twice, as in the RFC: where a connection begins
 * and where it ends (ENDED).
 */
const NODES = {
  CLOSED: [380, 28], LISTEN: [380, 118], SYN_RCVD: [120, 200], SYN_SENT: [640, 200], ESTABLISHED: [380, 262],
  FIN_WAIT_1: [170, 350], CLOSE_WAIT: [600, 350], FIN_WAIT_2: [90, 455], CLOSING: [310, 455], LAST_ACK: [600, 455],
  TIME_WAIT: [310, 560], ENDED: [600, 560],
};
const NODE_WIDTH = 150, NODE_HEIGHT = 34;

/* from>to: its line, its text in the figure's words with place and anchor, and the words below the figure. */
const EDGES = {
  'CLOSED>LISTEN': ['M366,45 V101', ['passive OPEN'], 357, 78, 'end', 'e_passive_open'],
  'LISTEN>CLOSED': ['M394,101 V45', ['CLOSE'], 403, 78, 'start', 'e_close'],
  'CLOSED>SYN_SENT': ['M455,24 C580,24 672,84 672,183', ['active OPEN', 'snd SYN'], 664, 90, 'start', 'e_active_open'],
  'SYN_SENT>CLOSED': ['M624,183 C606,112 540,54 455,36', ['CLOSE'], 556, 104, 'end', 'e_close'],
  'LISTEN>SYN_SENT': ['M455,122 C510,126 556,150 584,183', ['SEND', 'snd SYN'], 496, 152, 'end', 'e_syn_out'],
  'LISTEN>SYN_RCVD': ['M305,116 C210,116 146,140 124,183', ['rcv SYN', 'snd SYN,ACK'], 156, 116, 'end', 'e_syn_in'],
  'SYN_RCVD>LISTEN': ['M176,183 C206,156 250,138 305,128', ['rcv RST'], 250, 164, 'start', 'e_rst_in'],
  'SYN_SENT>SYN_RCVD': ['M565,202 H195', ['rcv SYN, snd SYN,ACK'], 380, 196, 'middle', 'e_crossed'],
  'SYN_RCVD>ESTABLISHED': ['M172,217 L305,252', ['rcv ACK of SYN'], 216, 250, 'end', 'e_ack_of_syn'],
  'SYN_SENT>ESTABLISHED': ['M588,217 L455,252', ['rcv SYN,ACK', 'snd ACK'], 550, 246, 'start', 'e_syn_ack_in'],
  'SYN_RCVD>FIN_WAIT_1': ['M88,217 C88,262 108,306 134,333', ['CLOSE', 'snd FIN'], 84, 284, 'end', 'e_fin_out'],
  'ESTABLISHED>FIN_WAIT_1': ['M336,279 L214,333', ['CLOSE', 'snd FIN'], 284, 318, 'start', 'e_fin_out'],
  'ESTABLISHED>CLOSE_WAIT': ['M424,279 L556,333', ['rcv FIN', 'snd ACK'], 510, 296, 'start', 'e_fin_in'],
  'FIN_WAIT_1>FIN_WAIT_2': ['M142,367 L106,438', ['rcv ACK of FIN'], 112, 402, 'end', 'e_ack_of_fin'],
  'FIN_WAIT_1>CLOSING': ['M204,367 L288,438', ['rcv FIN', 'snd ACK'], 264, 396, 'start', 'e_fin_in'],
  'FIN_WAIT_1>TIME_WAIT': ['M180,367 C184,450 192,524 234,550', [], 0, 0, 'end', 'e_both_in'],
  'FIN_WAIT_2>TIME_WAIT': ['M88,472 C88,540 150,564 234,564', ['rcv FIN', 'snd ACK'], 80, 520, 'end', 'e_fin_in'],
  'CLOSING>TIME_WAIT': ['M310,472 V543', ['rcv ACK of FIN'], 319, 512, 'start', 'e_ack_of_fin'],
  'CLOSE_WAIT>LAST_ACK': ['M600,367 V438', ['CLOSE', 'snd FIN'], 609, 399, 'start', 'e_fin_out'],
  'LAST_ACK>ENDED': ['M600,472 V543', ['rcv ACK of FIN'], 609, 512, 'start', 'e_ack_of_fin'],
  'TIME_WAIT>ENDED': ['M386,560 H524', ['2 MSL'], 455, 552, 'middle', 'e_two_msl'],
};

/* ---- Walking ---- */

/* Where an end that went from one place to a state is drawn: who never got as far
 * as a connection is back where it began. */
function placeAfter(place, state) {
  if (state !== 'CLOSED')
    return state;
  return ['CLOSED', 'LISTEN', 'SYN_SENT'].includes(place) ? 'CLOSED' : 'ENDED';
}

/* What both ends have walked before the step and walk in it: for each end the
 * places before and after, edges walked earlier, and those of this step. */
function walk(connection, index, withStep) {
  return [0, 1].map((end) => {
    const steps = connection.steps;
    let place = steps[0].before[end].name, earlier = [], now = [];
    const go = (state) => {
      const to = placeAfter(place, state);
      if (to !== place && place !== 'UNKNOWN' && to !== 'UNKNOWN')
        now.push([place, to]);
      place = to;
    };
    let before = place;
    for (let i = 0; i <= index; i++) {
      const believed = i === 0 ? null : steps[i - 1].after[end].name, was = steps[i].before[end].name;
      earlier.push(...now);
      now = [];
      if (believed !== null && was !== believed) {
        if (believed === 'TIME_WAIT' && was === 'CLOSED')
          go(was); /* time has passed */
        else
          place = takeBack(earlier, place, was);
      }
      before = place;
      if (i < index || withStep)
        go(steps[i].after[end].name);
    }
    return { before, place, earlier, now };
  });
}

/* A later segment proves that an end was not where it was thought to be: edges
 * that led there were not walked after all. */
function takeBack(edges, place, was) {
  while (edges.length > 0 && place !== was && edges[edges.length - 1][1] === place)
    place = edges.pop()[0];
  return place === was || place === 'ENDED' && was === 'CLOSED' ? place : was;
}

/* ---- Text ---- */

/* What happens to one end in a step, in a sentence. */
function moveText(connection, index, end) {
  const step = connection.steps[index], before = step.before[end], after = step.after[end];
  const name = endName(connection, end);
  if (after.name === 'UNKNOWN')
    return word('not_known', name);
  if (before.name === after.name) {
    if (before.inferred === after.inferred)
      return word('stays', name, stateText(after));
    return word(before.inferred ? 'proven' : 'doubted', name, after.name);
  }
  if (before.name === 'UNKNOWN')
    return word('moves', name, stateText(before), stateText(after));
  return word('moves_by', name, stateText(before), stateText(after), word(reasonOf(connection, index, end)));
}

function reasonOf(connection, index, end) {
  const step = connection.steps[index], walked = walk(connection, index, true)[end];
  const last = walked.now[walked.now.length - 1];
  const edge = last && EDGES[last.join('>')];
  if (step.reset && last && last[0] !== 'SYN_RCVD')
    return 'by_reset';
  return edge ? edge[5] : step.reset ? 'by_reset' : 'no_edge';
}

/* ---- Drawing ---- */

function drawNode(name, walks) {
  const [x, y] = NODES[name], here = walks.map((end) => end.place === name);
  const which = here[0] && here[1] ? 'node both' : here[0] ? 'node a' : here[1] ? 'node b' : 'node';
  return drawn('g', { class: which },
    drawn('rect', { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2, width: NODE_WIDTH, height: NODE_HEIGHT, rx: 8 }),
    drawn('text', { x, y: y + 5, 'text-anchor': 'middle' }, name === 'ENDED' ? 'CLOSED' : name));
}

function classOfEdge(name, walks) {
  const has = (edges) => edges.some((edge) => edge.join('>') === name);
  const now = walks.map((end) => has(end.now));
  if (now[0] || now[1])
    return now[0] && now[1] ? 'edge lit both' : now[0] ? 'edge lit a' : 'edge lit b';
  return walks.some((end) => has(end.earlier)) ? 'edge walked' : 'edge';
}

/* `isOther`: walked for another reason than the figure's. */
function drawEdge(name, walks, head, isOther) {
  const [line, texts, x, y, anchor] = EDGES[name];
  return drawn('g', { class: classOfEdge(name, walks) + (isOther ? ' jump' : ''), 'data-edge': name },
    drawn('path', { d: line, 'marker-end': head }),
    ...texts.map((text, row) => drawn('text', { x, y, dy: `${row * 1.1}em`, 'text-anchor': anchor }, text)));
}

/* A way that the figure does not have, in a bow around what lies between. */
function drawJump([from, to], which, head) {
  const [x1, y1] = NODES[from], [x2, y2] = NODES[to], length = Math.hypot(x2 - x1, y2 - y1);
  const bow = 0.28 * length, xc = (x1 + x2) / 2 + (y2 - y1) / length * bow, yc = (y1 + y2) / 2 - (x2 - x1) / length * bow;
  const at = (t, a, c, b) => (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t ** 2 * b;
  let t = 1;
  while (t > 0.5 && Math.abs(at(t, x1, xc, x2) - x2) < NODE_WIDTH / 2 + 2 && Math.abs(at(t, y1, yc, y2) - y2) < NODE_HEIGHT / 2 + 2)
    t -= 0.01;
  const [xm, ym] = [x1 + (xc - x1) * t, y1 + (yc - y1) * t]; /* the first part of the curve, up to t */
  return drawn('g', { class: `edge lit jump ${which}`, 'data-edge': `${from}>${to}` },
    drawn('path', { d: `M${x1},${y1} Q${xm},${ym} ${at(t, x1, xc, x2)},${at(t, y1, yc, y2)}`, 'marker-end': head }));
}

function drawToken(connection, end, place, inferred) {
  if (!NODES[place])
    return null;
  const [x, y] = NODES[place], side = end === 0 ? -1 : 1, unknown = connection.roles === 'unknown';
  const letter = unknown ? word(end === 0 ? 'a' : 'b') : word(end === 0 ? 'client_token' : 'server_token');
  return drawn('g', { class: `token ${end === 0 ? 'a' : 'b'}${inferred ? ' inferred' : ''}`, 'data-place': place },
    drawn('circle', { cx: x + side * NODE_WIDTH / 2, cy: y, r: 14 }),
    drawn('text', { x: x + side * NODE_WIDTH / 2, y: y + 5, 'text-anchor': 'middle' }, letter));
}

let figures = 0;

/* The figure at a step: "after" it, "before" it, or with nobody in it, "empty". */
function drawMachine(connection, index, when) {
  const step = connection.steps[index], isHidden = when !== 'after';
  const walks = when === 'empty' ? [0, 1].map(() => ({ place: 'UNKNOWN', earlier: [], now: [] })) : walk(connection, index, !isHidden);
  const states = isHidden ? step.before : step.after;
  const jumps = new Map();
  walks.forEach((end, number) => end.now.filter((edge) => !EDGES[edge.join('>')]).forEach((edge) => {
    const name = edge.join('>');
    jumps.set(name, jumps.has(name) ? 'both' : number === 0 ? 'a' : 'b');
  }));
  const where = when === 'empty' ? [word('hidden')] : [0, 1].map((end) => states[end].name === 'UNKNOWN' ? word('not_known', endName(connection, end))
                                                                   : word('stands', endName(connection, end), stateText(states[end])));
  const id = `edge-head-${++figures}`, head = `url(#${id})`;
  const isOther = (name) => walks.some((end) => end.now.some((edge) => edge.join('>') === name)) && Boolean(step.reset) && name !== 'SYN_RCVD>LISTEN';
  return drawn('svg', { class: 'machine-figure', viewBox: '0 0 760 584', role: 'img',
    'aria-label': word('machine_of', where.join(language === 'zh' ? '，' : ', ')) },
    drawn('defs', null, drawn('marker', { id, viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 9,
      markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' }, drawn('path', { d: 'M0,0 L10,5 L0,10 z', fill: 'context-stroke' }))),
    ...Object.keys(EDGES).map((name) => drawEdge(name, walks, head, isOther(name))),
    ...[...jumps].map(([name, which]) => drawJump(name.split('>'), which, head)),
    ...Object.keys(NODES).map((name) => drawNode(name, walks)),
    ...[0, 1].map((end) => drawToken(connection, end, walks[end].place, states[end].inferred)));
}
