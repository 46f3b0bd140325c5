// What members do by the door for programs, in a browser that is signed in: much of it, in little time.
import { expect } from "./lyceum.js";

/** Answers what the one field of a document came to. */
export async function asks(page, home, query, variables) {
  const answer = await page.request.post(`${home}/graphql`, { headers: { origin: home }, data: { query, variables } });
  const { data, errors } = await answer.json();
  expect(errors, JSON.stringify(variables)).toBeUndefined();
  return Object.values(data)[0];
}

const SENT = "{ submission { id number version revision deskPath } userErrors { code field } }";
export const SUBMIT = `mutation Submit($input: SubmitResourceInput!) { submitResource(input: $input) ${SENT} }`;
const COMMENT = `mutation Say($input: WriteCommentInput!) { writeComment(input: $input) ${SENT} }`;
const DECIDE = `mutation Decide($input: DecideManyInput!) {
  decideMany(input: $input) {
    results { submission { published { ... on Resource { id path } ... on Comment { id path } } } userErrors { code } }
    userErrors { code }
  }
}`;

export const says = async (page, home, on, body) => (await asks(page, home, COMMENT, { input: { on, body } })).submission;

/** Puts all of them into the library, and answers what they are there. */
export async function approves(page, home, submissions) {
  const published = [];
  for (let from = 0; from < submissions.length; from += 25) {
    const part = submissions.slice(from, from + 25);
    const decisions = part.map(({ id, version, revision }) => ({ submissionId: id, version, revision, decision: "APPROVE" }));
    const { results } = await asks(page, home, DECIDE, { input: { decisions } });
    published.push(...results.map(({ submission }) => submission.published));
  }
  return published;
}
