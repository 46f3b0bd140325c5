// What Lighthouse says of the pages that most people see first. Its figures for speed are printed by scripts/bench.
import { CATEGORIES, judge, pagesOf } from "./lighthouse.js";
import { expect, test } from "./lyceum.js";

test("Lighthouse finds next to nothing to say", async ({ lyceum }) => {
  const judgements = await judge(lyceum.address, await pagesOf(lyceum.address), Object.keys(CATEGORIES));
  for (const [name, { scores, costs }] of Object.entries(judgements)) {
    for (const [id, score] of Object.entries(scores)) {
      expect.soft(score, `${name}: ${id}: ${costs[id]}`).toBeGreaterThanOrEqual(98);
    }
  }
});
