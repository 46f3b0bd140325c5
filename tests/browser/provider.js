// An OpenID provider such as an institution runs: the certified `oidc-provider`, with the pages that it brings for trying out.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

// The package tells the console, at import and at start, that it is set up for trying out. Here that is what it is for.
const { info, warn } = console;
const hush = () => Object.assign(console, { info() {}, warn() {} });
const speak = () => Object.assign(console, { info, warn });

hush();
const { Provider } = await import("oidc-provider");
speak();

// Each its own key: with the one that the package brings, a token of one provider would hold for all of them.
function signingKeys() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] };
}

// Its pages ask Google for a font, and would wait for it. Nothing here leaves the machine.
async function withoutFont(context, next) {
  await next();
  if (context.type === "text/html") context.set("content-security-policy", "style-src 'unsafe-inline'");
}

/**
 * Accounts are login name → { sub, name, email, email_verified }; its page takes any password. The claims about a person are
 * in the ID token, or, as the standard has it and many do, at the userinfo endpoint alone.
 */
export async function startProvider({ clientId, clientSecret, redirectUris, accounts, claimsInIdToken = false }) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // By this name it is another site than Lyceum at 127.0.0.1, as providers are: cookies of the strict kind stay behind on the way back.
  const issuer = `http://localhost:${server.address().port}`;
  const anHour = 3600;
  hush();
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: redirectUris, subject_type: "pairwise" }],
    clientAuthMethods: ["client_secret_basic"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    scopes: ["openid", "profile", "email"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: !claimsInIdToken,
    findAccount: (_, login) => accounts[login] && { accountId: login, claims: () => accounts[login] },
    // The login name is the provider's own business; a subject tells nothing about it.
    subjectTypes: ["pairwise"],
    pairwiseIdentifier: (_, login) => accounts[login].sub,
    jwks: signingKeys(),
    cookies: { keys: [clientSecret] },
    ttl: { AccessToken: anHour, Grant: anHour, IdToken: anHour, Interaction: anHour, Session: anHour },
  });
  speak();
  provider.use(withoutFont);
  server.on("request", provider.callback());

  async function stop() {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  return { issuer, stop };
}
