// Which topic and sub-topic an arXiv category belongs to; the primary category, the first that a record names, decides.

export const TOPICS = ["physics", "biology", "mathematics", "finance", "computer science"] as const;
export type Topic = (typeof TOPICS)[number];

/** Archives, and single categories that belong elsewhere than their archive; the longest that fits decides. Also those closed before 2007. */
const TOPIC_OF: Readonly<Record<Topic, string>> = {
  physics:
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph acc-phys adap-org ao-sci atom-ph chao-dyn chem-ph comp-gas mtrl-th patt-sol plasm-ph solv-int supr-con",
  biology: "q-bio",
  mathematics: "math stat alg-geom dg-ga funct-an q-alg bayes-an",
  finance: "q-fin econ",
  "computer science": "cs eess stat.ML cmp-lg",
};

const SUBTOPIC_OF: Readonly<Record<Topic, Readonly<Record<string, string>>>> = {
  physics: {
    astrophysics: "astro-ph",
    "condensed matter": "cond-mat supr-con mtrl-th physics.app-ph",
    "particles and nuclei":
      "hep-ex hep-lat hep-ph hep-th nucl-ex nucl-th physics.acc-ph acc-phys physics.ins-det",
    gravitation: "gr-qc",
    "quantum physics": "quant-ph",
    "fluids, plasmas and the Earth":
      "physics.flu-dyn physics.plasm-ph physics.ao-ph physics.geo-ph physics.space-ph ao-sci plasm-ph",
    "atoms, molecules and light":
      "physics.atom-ph physics.atm-clus physics.chem-ph physics.optics atom-ph chem-ph",
    "mathematical and nonlinear physics":
      "math-ph nlin adap-org chao-dyn comp-gas patt-sol solv-int physics.class-ph",
    "physics in other fields": "physics",
  },
  biology: {
    "molecules and genomes": "q-bio.BM q-bio.GN q-bio.MN",
    "cells and tissues": "q-bio.CB q-bio.SC q-bio.TO",
    "neurons and cognition": "q-bio.NC",
    "populations and evolution": "q-bio.PE",
    "quantitative methods": "q-bio",
  },
  mathematics: {
    "algebra and number theory":
      "math.AC math.AG math.CT math.GR math.KT math.NT math.QA math.RA math.RT alg-geom q-alg",
    analysis: "math.AP math.CA math.CV math.DS math.FA math.OA math.SP funct-an",
    "geometry and topology": "math.AT math.DG math.GN math.GT math.MG math.SG dg-ga",
    "combinatorics and logic": "math.CO math.LO",
    "probability and statistics": "math.PR math.ST stat bayes-an",
    "optimization and numerics": "math.OC math.NA math.IT",
    "mathematics in general": "math",
  },
  finance: {
    "pricing and mathematical finance": "q-fin.CP q-fin.MF q-fin.PR",
    "markets and trading": "q-fin.ST q-fin.TR",
    "portfolios and risk": "q-fin.PM q-fin.RM",
    economics: "econ q-fin.EC q-fin.GN q-fin",
  },
  "computer science": {
    "machine learning": "cs.LG cs.NE cs.AI cs.MA stat.ML",
    "language and retrieval": "cs.CL cs.IR cs.DL cmp-lg",
    "vision and graphics": "cs.CV cs.GR cs.MM eess.IV",
    "speech, signals and information": "cs.SD cs.IT eess.AS eess.SP eess",
    "robotics and control": "cs.RO cs.SY eess.SY",
    "systems and networks": "cs.DC cs.NI cs.OS cs.PF cs.AR cs.ET cs.DB",
    security: "cs.CR",
    "software and logic": "cs.SE cs.PL cs.MS cs.LO cs.FL cs.SC",
    "algorithms and theory": "cs.CC cs.CG cs.DM cs.DS cs.GT cs.NA",
    "people and society": "cs",
  },
};

export interface Place {
  readonly topic: Topic;
  readonly subtopic: string;
}

/** `math.PR q-fin.MF` is mathematics: what arXiv names first. Undefined for what is no arXiv category. */
export function primaryOf(categories: string): string | undefined {
  const first = categories.trim().split(/[\s,;]+/)[0];
  return first === undefined || placeOf(first) === undefined ? undefined : first;
}

export function placeOf(category: string): Place | undefined {
  const topic = find(TOPICS_BY_CATEGORY, category);
  if (topic === undefined) return undefined;
  const subtopic = find(SUBTOPICS_BY_CATEGORY[topic], category);
  return subtopic === undefined ? undefined : { topic, subtopic };
}

export function topicOf(categories: string): Topic | undefined {
  const primary = primaryOf(categories);
  return primary === undefined ? undefined : placeOf(primary)?.topic;
}

export function subtopicsOf(topic: Topic): readonly string[] {
  return Object.keys(SUBTOPIC_OF[topic]);
}

const TOPICS_BY_CATEGORY = byCategory(TOPIC_OF);
const SUBTOPICS_BY_CATEGORY: Readonly<Record<Topic, ReadonlyMap<string, string>>> = {
  physics: byCategory(SUBTOPIC_OF.physics),
  biology: byCategory(SUBTOPIC_OF.biology),
  mathematics: byCategory(SUBTOPIC_OF.mathematics),
  finance: byCategory(SUBTOPIC_OF.finance),
  "computer science": byCategory(SUBTOPIC_OF["computer science"]),
};

/** The category itself, or its archive. */
function find<Name>(names: ReadonlyMap<string, Name>, category: string): Name | undefined {
  return names.get(category) ?? names.get(category.split(".")[0] ?? "");
}

function byCategory<Name extends string>(table: Readonly<Record<Name, string>>): Map<string, Name> {
  const names = Object.keys(table) as Name[];
  return new Map(
    names.flatMap((name) => table[name].split(" ").map((category) => [category, name] as const)),
  );
}
