// Records come in as arXiv gives them, and what is wrong with them is told by the line.
import { describe, expect, test } from "vitest";
import { readRecords, recordLine } from "#zapps/document-classifier/records.ts";
import { plainText, termsOf } from "#zapps/document-classifier/words.ts";

const SUSY = {
  id: "hep-th/9901001",
  title: "A title\n  on two lines",
  abstract: "  We show $E=mc^2$.\n",
  categories: "hep-th gr-qc",
};

describe("JSON lines", () => {
  test("are read with all their other fields left out", () => {
    const text = `${JSON.stringify({ ...SUSY, authors: "A. Author", versions: [{ version: "v1" }] })}\n\n`;
    expect(readRecords(text)).toEqual([SUSY]);
  });

  test("may have a byte order mark, lists of categories, and numbers as ids", () => {
    const text = '\uFEFF{"id": 704.0001, "title": "t", "categories": ["math.PR", "stat.TH"]}\r\n';
    expect(readRecords(text)).toEqual([
      { id: "704.0001", title: "t", abstract: "", categories: "math.PR stat.TH" },
    ]);
  });

  test.each([
    ['{"id": "1", "title": "t"}\n{"id": "2"', /^Wanted JSON; line 2 of mine\.jsonl is none/],
    ['{"title": "t"}', /^Wanted a record with an id; line 1 of mine\.jsonl has none/],
    ['{"id": "1"}', /title or an abstract; line 1 of mine\.jsonl has neither/],
    ['{"id": "1", "title": {}}', /^Wanted title as text; in line 1 of mine\.jsonl it is a object/],
    ["[1]", /line 1 of mine\.jsonl is a list/],
    ["", /mine\.jsonl is empty/],
  ])("that are faulty name their line: %s", (text, message) => {
    expect(() => readRecords(text, "mine.jsonl")).toThrow(message);
  });
});

const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title type="html">ArXiv Query</title>
  <entry>
    <id>http://arxiv.org/abs/hep-th/9901001v3</id>
    <title>Black holes &amp;
  strings</title>
    <summary>  We find S &lt; A/4, &#x3b1; and <![CDATA[a < b]]>.
</summary>
    <author><name>A. Author</name></author>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="hep-th" scheme="x"/>
    <category term="gr-qc" scheme="x"/>
    <category term="hep-th" scheme="x"/>
    <category term="83C57, 81T30" scheme="x"/>
  </entry>
  <entry><id>http://arxiv.org/abs/2101.00001v12</id><title>t</title><summary>s</summary></entry>
</feed>`;

describe("an Atom feed", () => {
  test("gives the same records, the primary category first", () => {
    expect(readRecords(FEED)).toEqual([
      {
        id: "hep-th/9901001",
        title: "Black holes & strings",
        abstract: "We find S < A/4, α and a < b.",
        categories: "hep-th gr-qc",
      },
      { id: "2101.00001", title: "t", abstract: "s", categories: "" },
    ]);
  });

  test("becomes JSON lines that read the same", () => {
    const records = readRecords(FEED);
    expect(readRecords(records.map(recordLine).join("\n"))).toEqual(records);
  });

  test.each([
    ["<html><body/></html>", /XML without <feed>/],
    [FEED.slice(0, 300), /ends in entry 1/],
    ["<feed><entry><title>t</title></entry></feed>", /an id; entry 1 of the input has none/],
  ])("that is none says why: %#", (text, message) => {
    expect(() => readRecords(text)).toThrow(message);
  });
});

test("LaTeX leaves its words and loses its signs", () => {
  expect(
    plainText("the $\\alpha$-decay of\n {\\it Erd\\H{o}s}--R\\'enyi \\cite{x} $\\beta_{1}$").trim(),
  ).toBe("the alpha decay of it Erdos Renyi beta 1");
});

test("words count by their stems, in pairs too, and more in the title", () => {
  const terms = termsOf({
    ...SUSY,
    title: "Photons",
    abstract: "A photon of the galaxies. Cluster",
  });
  expect(Object.fromEntries(terms)).toEqual({ photon: 4, galaxi: 1, cluster: 1 });
  const pairs = termsOf({ ...SUSY, title: "", abstract: "dark matter halos" });
  expect([...pairs.keys()]).toEqual(["dark", "dark matter", "matter", "matter halo", "halo"]);
});
