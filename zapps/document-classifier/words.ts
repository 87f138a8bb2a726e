// What of a record counts: stems of its words and of pairs of neighbours, without LaTeX, line breaks and words that say nothing.
import model from "wink-eng-lite-web-model";
import winkNlp, { type ItemToken, type ItsFunction } from "wink-nlp";
import type { DocumentRecord } from "./record.ts";

/** Only the tokenizer: no tags, no sentences, no entities. */
const nlp = winkNlp(model, []);
const { its } = nlp;
/** The types of the library forget one of its arguments. */
const stemIts = its.stem as unknown as ItsFunction<string>;

/** A title says in ten words what an abstract says in two hundred. */
const TITLE_WEIGHT = 3;

/** Term -> how often it occurs. */
export function termsOf({ title, abstract }: DocumentRecord): Map<string, number> {
  const terms = new Map<string, number>();
  count(stemsOf(title), TITLE_WEIGHT, terms);
  count(stemsOf(abstract), 1, terms);
  return terms;
}

/** A gap, which no pair reaches over, stands for what is left out. */
const GAP = "";

function count(stems: readonly string[], weight: number, terms: Map<string, number>): void {
  const add = (term: string) => terms.set(term, (terms.get(term) ?? 0) + weight);
  for (const [index, stem] of stems.entries()) {
    if (stem === GAP) continue;
    add(stem);
    const next = stems[index + 1] ?? GAP;
    if (next !== GAP) add(`${stem} ${next}`);
  }
}

function stemsOf(text: string): string[] {
  const stems: string[] = [];
  nlp
    .readDoc(plainText(text))
    .tokens()
    .each((token: ItemToken) => {
      const isWord = token.out(its.type) === "word" && !token.out(its.stopWordFlag);
      const word = String(token.out(its.normal));
      const counts = isWord && /^[a-z][a-z']+$/.test(word) && !MARKUP.has(word);
      stems.push(counts ? String(token.out(stemIts)) : GAP);
    });
  return stems;
}

/** LaTeX commands that only shape what they stand by. */
const MARKUP = new Set(
  `mathcal mathbb mathrm mathfrak mathbf mathsf rm it bf sl text textit textbf emph em cal bb bar tilde hat prime
   sim leq geq le ge approx times left right frac sqrt cdot ldots dots infty in to pm ell`.split(
    /\s+/,
  ),
);

/** Words of LaTeX stay as words (`$\alpha$-decay` is about alpha decay); its signs go, and accents are taken off. */
export function plainText(text: string): string {
  return text
    .replaceAll(/\\cite\w*\{[^}]*\}|https?:\S+/g, " ")
    .replaceAll(/\\["'`^~=.uvHck]\{?(\w)\}?/g, "$1")
    .replaceAll(/\\([a-zA-Z]+)/g, " $1 ")
    .replaceAll(/[${}\\^_~/-]/g, " ")
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/\s+/g, " ");
}
