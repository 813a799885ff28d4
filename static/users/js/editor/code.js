/**
 * JSON mode: CodeMirror over the document's text. A bundle of its own, fetched when the mode is
 * first opened.
 */
import { autocompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { forceLinting, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { suggestionSource } from "./json_suggestions.js";
import { PHRASES } from "./phrases.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: tags.string, color: "var(--code-text)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null], color: "var(--code-word)" },
  { tag: tags.invalid, color: "var(--bad-ink)" },
]);

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
        EditorView.cspNonce.of(nonce),
        EditorState.phrases.of(PHRASES),
        lineNumbers(),
        foldGutter(),
        codeFolding(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        json(),
        syntaxHighlighting(COLOURS),
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
        EditorView.lineWrapping,
        // Tab is not bound: it leaves the box.
        keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
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
