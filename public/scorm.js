// In a package of SCORM 1.2 alone, where index.html begins with it: opens the lesson, and tells
// the learning management system what the page says of it (docs/lessons.md, "In a frame").
// Whatever the system does not take is told below the page, and nothing else comes of it.
(() => {
  const TEXTS = {
    alone: 'This lesson was not opened by a course, so no result goes anywhere. It works all the same.',
    refused: (what, why) => `The course did not take ${what}${why ? `: ${why}` : ''}. The lesson goes on.`,
    session: 'the session',
    reported: (status, score) => `Reported to the course: ${status}${score === undefined ? '' : `, ${score}%`}.`,
    open: (step) => `Reported to the course: not complete yet. Step ${step} still has something to do.`,
    close: 'Close this message',
  };
  const MOST_OF_SUSPEND_DATA = 4096;
  const MOST_PARENTS = 7;
  const TYPE = 'tilt-lesson';
  const lesson = document.currentScript.dataset.lesson;
  const began = Date.now();

  // ---- the page: which lesson, and that it is a package's

  document.documentElement.dataset.pack = '';
  try {
    // What the system has written behind the address is for this script, not for the page.
    history.replaceState(null, '', `${location.pathname}?lesson=${lesson}`);
  } catch {
    // A frame without an address of its own: the page says what it lacks.
  }

  const LINE =
    'position:sticky;bottom:0;z-index:40;display:flex;align-items:center;justify-content:space-between;' +
    'gap:12px;padding:4px 16px;font-size:14px;color:var(--ink);background:var(--surface);' +
    'border-top:1px solid var(--line-strong)';
  let line;

  function say(text) {
    if (!line) {
      line = document.createElement('div');
      line.style.cssText = LINE;
      const words = document.createElement('span');
      words.dataset.testid = 'scorm';
      words.setAttribute('role', 'status');
      const close = document.createElement('button');
      close.className = 'button icon';
      close.textContent = '×';
      close.setAttribute('aria-label', TEXTS.close);
      close.addEventListener('click', () => line.style.setProperty('display', 'none'));
      line.append(words, close);
      document.body.append(line);
    }
    line.style.cssText = LINE;
    // Changed once it stands there, or nobody hears it.
    line.firstChild.textContent = text;
  }

  const whenThere = (act) =>
    document.body ? act() : addEventListener('DOMContentLoaded', act, { once: true });

  // ---- the system: its API lies in a frame around this one, or around its opener

  function within(start) {
    let frame = start;
    for (let count = 0; frame && count <= MOST_PARENTS; count += 1) {
      try {
        if (frame.API) return frame.API;
      } catch {
        return undefined; // Another host's.
      }
      if (frame.parent === frame) return undefined;
      frame = frame.parent;
    }
    return undefined;
  }

  function findApi() {
    const found = within(window);
    if (found) return found;
    try {
      return window.top.opener ? within(window.top.opener) : undefined;
    } catch {
      return window.opener ? within(window.opener) : undefined;
    }
  }

  const api = findApi();
  let isOpen = false;
  let refusals = 0;

  function call(name, ...values) {
    try {
      return String(api[name](...values));
    } catch (reason) {
      refused(name, String(reason?.message ?? reason));
      return '';
    }
  }

  function refused(what, why) {
    refusals += 1;
    whenThere(() => say(TEXTS.refused(what, why)));
  }

  /** Calls what answers with "true" or "false", and tells of the latter. */
  function ask(what, name, ...values) {
    if (call(name, ...values) === 'true') return true;
    const code = call('LMSGetLastError');
    refused(what, code && code !== '0' ? `${call('LMSGetErrorString', code)} (${code})` : '');
    return false;
  }

  const get = (element) => call('LMSGetValue', element);
  const set = (element, value) => isOpen && ask(element, 'LMSSetValue', element, String(value));

  // ---- what was kept of an earlier sitting

  /** Verdicts and what is done, a sign each: a step without a check has "-". */
  const SIGNS = { holds: 'h', 'not yet': 'n', 'does not hold': 'd' };
  const sign = (verdict) => SIGNS[verdict] ?? '-';

  function readKept(text) {
    try {
      const kept = JSON.parse(text);
      return kept?.v === 1 ? kept : {};
    } catch {
      return {};
    }
  }

  /** Where this tab remembers the attempt, for a reload that the system does not serve. */
  const place = `tilt.attempt.${location.pathname}`;
  const remembered = {
    get() {
      try {
        return sessionStorage.getItem(place) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(attempt) {
      try {
        sessionStorage.setItem(place, attempt);
      } catch {
        // It is only of use where the system fails too.
      }
    },
  };

  let kept = {};
  let status = '';
  let mastery = NaN;
  let isTaken = false;
  /** What a system need not have. */
  let hasInteractions = false;
  let hasLimits = false;
  /** Elements of cmi.interactions by id: each has its place once and for all. */
  let interactions = [];

  function open() {
    if (!api) {
      whenThere(() => say(TEXTS.alone));
      return;
    }
    isOpen = ask(TEXTS.session, 'LMSInitialize', '');
    if (!isOpen) return;
    kept = readKept(get('cmi.suspend_data'));
    status = get('cmi.core.lesson_status');
    const mode = get('cmi.core.lesson_mode');
    // Who only looks at a lesson, or at it again, is given no result.
    isTaken = mode !== 'browse' && mode !== 'review';
    mastery = Number.parseFloat(get('cmi.student_data.mastery_score'));
    const has = (group, child) => get(`${group}._children`).split(',').includes(child);
    hasLimits = has('cmi.core.score', 'min') && has('cmi.core.score', 'max');
    hasInteractions = has('cmi.interactions', 'student_response');
    const count = Number.parseInt(get('cmi.interactions._count'), 10) || 0;
    interactions = kept.i?.length === count ? kept.i : Array.from({ length: count }, () => '');
  }

  open();
  // Each attempt has a lab of its own in the browser: nobody finds another person's work on a
  // computer that is shared, and who begins anew begins at the beginning.
  const attempt = kept.a ?? (isOpen ? `a${began.toString(36)}${newDigits()}` : remembered.get());
  if (attempt) {
    const meta = document.createElement('meta');
    Object.assign(meta, { name: 'attempt', content: attempt });
    document.head.append(meta);
    remembered.set(attempt);
  }

  function newDigits() {
    return Math.floor(Math.random() * 36 ** 4).toString(36);
  }

  if (isOpen && isTaken) {
    if (!['incomplete', 'completed', 'passed', 'failed'].includes(status)) {
      status = 'incomplete';
      set('cmi.core.lesson_status', status);
    }
    keep(kept);
    ask(TEXTS.session, 'LMSCommit', '');
  }

  /** Suspends: the attempt, and of this very lesson how far it is. */
  function keep(state) {
    const whole = { v: 1, a: attempt, ...state, i: interactions };
    let text = JSON.stringify(whole);
    if (text.length > MOST_OF_SUSPEND_DATA) text = JSON.stringify({ ...whole, i: undefined });
    if (text.length > MOST_OF_SUSPEND_DATA) text = JSON.stringify({ v: 1, a: attempt });
    set('cmi.suspend_data', text);
  }

  // ---- what the page says of the lesson

  /** What was known before counts where this browser knows nothing of a step. */
  function merged(message) {
    const isSame = kept.h === message.lesson_hash;
    const before = (text, index) => (isSame && text?.[index]) || '-';
    const verdicts = message.verdicts.map((verdict, index) => {
      const now = sign(verdict);
      const earlier = before(kept.r, index);
      return message.done[index] || earlier === '-' ? now : earlier;
    });
    const done = message.done.map((isDone, index) =>
      isDone || before(kept.d, index) === 'x' ? 'x' : '-',
    );
    return { h: message.lesson_hash, s: message.step, r: verdicts.join(''), d: done.join('') };
  }

  function report(message) {
    const refusedBefore = refusals;
    const state = merged(message);
    kept = { ...kept, ...state };
    const checks = message.verdicts.filter((verdict) => verdict !== null).length;
    const holding = [...state.r].filter((one) => one === 'h').length;
    const score = checks > 0 ? Math.round((100 * holding) / checks) : undefined;
    const isOver = message.step === message.steps && !state.d.includes('-');
    const wasOver = status !== 'incomplete';
    // A system with a mastery score makes a verdict of any score that it has at the end of a
    // sitting: it is given one when the lesson is over, and not before.
    const isScored = score !== undefined && (Number.isNaN(mastery) || isOver || wasOver);
    if (isScored) {
      if (hasLimits) {
        set('cmi.core.score.min', 0);
        set('cmi.core.score.max', 100);
      }
      set('cmi.core.score.raw', score);
    }
    // What is passed stays so, whatever is tried afterwards.
    if ((isOver || wasOver) && status !== 'passed') {
      status = over(score);
      set('cmi.core.lesson_status', status);
    }
    set('cmi.core.lesson_location', message.step);
    if (hasInteractions) {
      message.predictions.forEach((said, index) => interaction(`step-${index + 1}-prediction`, said));
      message.answers.forEach((said, index) => interaction(`step-${index + 1}-question`, said));
    }
    keep(state);
    set('cmi.core.session_time', sessionTime());
    ask(TEXTS.session, 'LMSCommit', '');
    if (refusals === refusedBefore && message.event === 'end') {
      say(isOver ? TEXTS.reported(status, score) : TEXTS.open(state.d.indexOf('-') + 1));
    }
  }

  function over(score) {
    if (Number.isNaN(mastery) || score === undefined) return 'completed';
    return score >= mastery ? 'passed' : 'failed';
  }

  /** HHHH:MM:SS.SS since the page was opened. */
  function sessionTime() {
    const hundredths = Math.floor((Date.now() - began) / 10);
    const two = (number) => String(number).padStart(2, '0');
    const seconds = Math.floor(hundredths / 100);
    const hours = String(Math.min(Math.floor(seconds / 3600), 9999)).padStart(4, '0');
    const minutes = two(Math.floor(seconds / 60) % 60);
    return `${hours}:${minutes}:${two(seconds % 60)}.${two(hundredths % 100)}`;
  }

  // ---- predictions and answers

  const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const letters = (indices) =>
    indices.every((index) => index < LETTERS.length)
      ? indices.map((index) => LETTERS[index]).join(',')
      : undefined;
  const KINDS = {
    choice: { type: 'choice', write: (value) => letters([value]) },
    order: { type: 'sequencing', write: letters },
    number: { type: 'numeric', write: (value) => String(Number(value.toFixed(4))) },
  };
  /** What was sent last of each, so that nothing is sent again. */
  const sent = {};

  function interaction(id, said) {
    const kind = said && KINDS[said.kind];
    const response = kind?.write(said.value);
    if (response === undefined) return;
    const result = said.right === null ? 'neutral' : said.right ? 'correct' : 'wrong';
    if (sent[id] === `${response} ${result}`) return;
    sent[id] = `${response} ${result}`;
    const known = interactions.indexOf(id);
    const index = known >= 0 ? known : interactions.length;
    if (known < 0) interactions.push(id);
    const element = (name) => `cmi.interactions.${index}.${name}`;
    set(element('id'), id);
    set(element('type'), kind.type);
    set(element('time'), new Date().toTimeString().slice(0, 8));
    set(element('student_response'), response);
    set(element('result'), result);
  }

  // ---- when

  addEventListener('message', ({ source, data }) => {
    if (source !== window || data?.type !== TYPE || data.lesson !== lesson) return;
    if (!isOpen || !isTaken) return;
    const isElsewhere = kept.h === data.lesson_hash && kept.s > 0;
    if (data.event === 'begin' && isElsewhere && data.step === 0) {
      // This browser knows nothing of an attempt that was begun in another.
      const { lesson_hash } = data;
      window.postMessage({ type: `${TYPE}-resume`, version: 1, lesson_hash, step: kept.s }, '*');
      return;
    }
    report(data);
  });

  // The last that a phone is sure to say of a page that is left.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden' || !isOpen || !isTaken) return;
    set('cmi.core.session_time', sessionTime());
    ask(TEXTS.session, 'LMSCommit', '');
  });

  addEventListener('pagehide', () => {
    if (!isOpen) return;
    if (isTaken) {
      // Whoever comes back goes on, also where it is over.
      set('cmi.core.exit', 'suspend');
      set('cmi.core.session_time', sessionTime());
    }
    ask(TEXTS.session, 'LMSFinish', '');
    isOpen = false;
  });

  // A page that the browser has kept has told its end.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
})();
