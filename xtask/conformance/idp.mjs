// An authorization server that is not ours, for `cargo xtask conformance`: oidc-provider on a loopback port.
//
//     node idp.mjs        prints {"issuer":"http://127.0.0.1:PORT"} once it is ready, and ends with its input
//
// What oidc-provider decides (codes, PKCE, rotation, reuse, revocation, `iss`) is left alone. Added are three things
// only: the paths of AI Pass, a translation of AI Pass's JSON requests into the forms that the server knows, and a
// person who decides at once. Everything is in memory.

import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

// What the server saw, for GET /__stats. No code and no token is kept.
const stats = { json: 0, form: 0, exchanges: 0, refreshes: 0, revocations: 0, errors: [] };
// How long the next token requests wait before they are looked at, for PUT /__delay?ms=…
let delay = 0;

const grants = {
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
};
const installed = {
  ...grants,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  // The port of a loopback address does not count (RFC 8252, section 7.3).
  redirect_uris: ['http://127.0.0.1/callback', 'one.aipass.conformance:/callback'],
};

const provider = new Provider(issuer, {
  clients: [
    { ...installed, client_id: 'installed' },
    { ...installed, client_id: 'short-lived' },
    {
      ...grants,
      client_id: 'confidential',
      client_secret: 'the-secret-of-the-confidential-client',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://app.example/callback'],
    },
  ],
  scopes: ['openid', 'offline_access', 'api:access', 'profile:read'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  ttl: {
    AccessToken: (_context, _token, client) => (client.clientId === 'short-lived' ? 1 : 600),
    AuthorizationCode: 60,
    Grant: 3600,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: 3600,
    Session: 3600,
  },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    userinfo: { enabled: true },
  },
  routes: {
    authorization: '/oauth2/authorize',
    token: '/oauth2/token',
    revocation: '/oauth2/revoke',
    userinfo: '/oauth2/userinfo',
  },
  interactions: { url: (_context, interaction) => `/decision/${interaction.uid}` },
  findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  cookies: { keys: ['conformance'] },
  // A token ends when it ends; by default it goes on for 15 seconds, for clocks that differ.
  clockTolerance: 0,
});

provider.on('grant.success', (context) => {
  stats[context.oidc.params.grant_type === 'refresh_token' ? 'refreshes' : 'exchanges'] += 1;
});
provider.on('grant.error', (_context, error) => {
  stats.errors.push(`${error.error}: ${error.error_detail ?? error.error_description ?? ''}`);
});
provider.on('grant.revoked', () => {
  stats.revocations += 1;
});
provider.on('server_error', (_context, error) => console.error(error));

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

// Hands parameters on as a form. The server reads `body` in place of a stream that somebody has read to its end.
function asForm(context, parameters) {
  context.req.body = parameters;
  context.req.headers['content-type'] = 'application/x-www-form-urlencoded';
  context.req.headers['content-length'] = '1';
}

// Signs in the one person there is and decides for them: yes, unless the visitor brings `x-decision: deny`.
async function decide(context) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(context.req, context.res);
  let result;
  if (context.get('x-decision') === 'deny') {
    result = { error: 'access_denied', error_description: 'the person said no' };
  } else if (prompt.name === 'login') {
    result = { login: { accountId: 'person-1' } };
  } else {
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
  context.respond = false;
}

async function token(context) {
  if (context.is('application/json')) {
    stats.json += 1;
    const members = Object.entries(JSON.parse(await bodyOf(context.req)));
    asForm(context, Object.fromEntries(members.map(([name, value]) => [snakeCase(name), String(value)])));
  } else {
    stats.form += 1;
  }
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
}

// AI Pass takes the token in the query and asks for no client; RFC 7009 wants to know which one it is.
async function revoke(context) {
  if (context.query.token === undefined) return;
  await bodyOf(context.req);
  asForm(context, { token: context.query.token, client_id: context.query.client_id ?? 'installed' });
}

provider.use(async (context, next) => {
  const { method, path } = context;
  if (path === '/__stats') {
    context.body = stats;
    return;
  }
  if (path === '/__delay' && method === 'PUT') {
    delay = Number(context.query.ms);
    context.body = { delay };
    return;
  }
  if (path.startsWith('/decision/')) {
    await decide(context);
    return;
  }
  if (path === '/oauth2/token' && method === 'POST') await token(context);
  if (path === '/oauth2/revoke' && method === 'POST') await revoke(context);
  await next();
});

server.on('request', provider.callback());

// Whoever started this holds its input open: when they are gone, however they went, this goes too.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
console.log(JSON.stringify({ issuer }));
