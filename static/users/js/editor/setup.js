/** What CodeMirror is like on every page: its extensions, keys, colours and texts, without a language. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { PHRASES } from "./phrases.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-text)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null, tags.keyword], color: "var(--code-word)" },
  { tag: tags.comment, color: "var(--ink-quiet)" },
  { tag: tags.invalid, color: "var(--bad-ink)" },
]);

/**
 * @param {{label: string, describedBy?: string, nonce: string, onChange: (text: string) => void}} options
 */
export function commonExtensions({ label, describedBy, nonce, onChange }) {
  const attributes = { "aria-label": label };
  if (describedBy) attributes["aria-describedby"] = describedBy;
  return [
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
    syntaxHighlighting(COLOURS),
    EditorView.lineWrapping,
    // Tab is not bound: it leaves the box.
    keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of(attributes),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}
