/**
 * JSON mode: CodeMirror over the document's text. A bundle of its own, fetched when the mode is
 * first opened.
 */
import { autocompletion } from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { forceLinting, linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { suggestionSource } from "./json_suggestions.js";
import { commonExtensions } from "./setup.js";

/**
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {{label: string, describedBy: string, nonce: string,
 *   suggestions: Parameters<typeof suggestionSource>[0],
 *   problems: (text: string) => import("./text.js").Problem[],
 *   onChange: (text: string) => void}} options
 */
export function openCode(parent, text, { label, describedBy, nonce, suggestions, problems, onChange }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        commonExtensions({ label, describedBy, nonce, onChange }),
        json(),
        autocompletion({
          override: [suggestionSource(suggestions)],
          // Enter after a value that is typed in full is a line break: it takes only what the arrow keys have chosen.
          selectOnOpen: false,
          compareCompletions: (left, right) => left.rank - right.rank,
          icons: false,
          // So many fit without scrolling; arrow keys go on beyond them.
          maxRenderedOptions: 10,
        }),
        linter((view) => problems(view.state.doc.toString()), { delay: 300 }),
      ],
    }),
  });
  return {
    /** Puts another text in, as one step that can be undone, touching only what differs. */
    setText(now) {
      const before = view.state.doc.toString();
      if (now === before) return;
      const from = commonStart(before, now);
      const back = commonEnd(before, now, from);
      view.dispatch({ changes: { from, to: before.length - back, insert: now.slice(from, now.length - back) } });
    },
    /** Marks the problems again, which may have changed without the text. */
    lint() {
      forceLinting(view);
    },
    /** Moves the cursor there, and the focus with it. */
    goTo(offset) {
      view.dispatch({ selection: { anchor: offset }, scrollIntoView: true });
      view.focus();
    },
  };
}

function commonStart(left, right) {
  const most = Math.min(left.length, right.length);
  let index = 0;
  while (index < most && left[index] === right[index]) index += 1;
  return index;
}

function commonEnd(left, right, from) {
  const most = Math.min(left.length, right.length) - from;
  let count = 0;
  while (count < most && left[left.length - 1 - count] === right[right.length - 1 - count]) count += 1;
  return count;
}
