// The vendor's hosts, as far as a login needs them: single-use refresh tokens, profile, usage; any other API request is forwarded to
// fake-anthropic.mjs after its token was checked. Tokens are readable (`at-ACCOUNT-N`, `rt-ACCOUNT-N`), so that a log shows who sent what.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';

export class FakeIssuer {
  constructor(apiPort) {
    this.apiPort = apiPort;
    this.requests = []; // { at, host, method, path, token, status, note }
    this.accounts = new Map();
    this.lifetime = 8 * 3600;
    // The state of an account's windows.
    this.usage = () => ({ five_hour: { utilization: 10, resets_at: null }, seven_day: { utilization: 20, resets_at: null } });
    this.refreshDelay = 0; // milliseconds between spending a refresh token and answering
  }

  // A login of an account, in the client's form. The previous one stays valid until its refresh token is used.
  login(name, { expiresIn = this.lifetime, ...rest } = {}) {
    const account = this.accounts.get(name) ?? { name, n: 0, access: new Map(), refresh: new Map(), refreshed: 0 };
    this.accounts.set(name, account);
    const n = ++account.n;
    const expiresAt = Date.now() + expiresIn * 1000;
    account.access.set(`at-${name}-${n}`, expiresAt);
    account.refresh.set(`rt-${name}-${n}`, false);
    return {
      accessToken: `at-${name}-${n}`, refreshToken: `rt-${name}-${n}`, expiresAt, scopes: ['user:inference', 'user:profile', 'user:sessions:claude_code'],
      subscriptionType: 'max', rateLimitTier: 'default_claude_max_5x', ...rest,
    };
  }

  revoke(token) { for (const account of this.accounts.values()) if (account.access.has(token)) account.access.set(token, 0); }

  owner(token) { return [...this.accounts.values()].find(account => account.access.has(token)); }

  async start(folder = process.env.FAKE_INTERNET) {
    this.ca = path.join(folder, 'cert.pem');
    this.server = https.createServer({ key: fs.readFileSync(path.join(folder, 'key.pem')), cert: fs.readFileSync(this.ca) }, (request, response) => this.serve(request, response));
    await new Promise(resolve => this.server.listen(443, '127.0.0.1', resolve));
    return this;
  }

  async serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const route = request.url.split('?')[0];
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '') || null;
    const entry = { at: Date.now(), host: request.headers.host, method: request.method, path: route, token, apiKey: !!request.headers['x-api-key'], agent: request.headers['user-agent'], beta: request.headers['anthropic-beta'] };
    this.requests.push(entry);
    const answer = (status, value) => {
      entry.status = status;
      response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' });
      response.end(JSON.stringify(value));
    };
    const account = token && this.owner(token);
    const valid = account && account.access.get(token) > Date.now();
    if (route === '/v1/oauth/token') return this.refresh(JSON.parse(body.toString() || '{}'), entry, answer);
    if (route.startsWith('/v1/messages') && !valid) {
      return answer(401, { type: 'error', error: { type: 'authentication_error', message: account ? 'OAuth token has expired.' : 'Invalid bearer token' } });
    }
    if (route.startsWith('/v1/messages')) return this.forward(request, response, body, entry);
    if (!route.startsWith('/api/oauth/')) return answer(404, { type: 'error', error: { type: 'not_found_error', message: 'Not found' } });
    if (!valid) return answer(401, { type: 'error', error: { type: 'authentication_error', message: 'Invalid bearer token' } });
    if (route === '/api/oauth/profile') {
      return answer(200, {
        account: { uuid: uuid(account.name), email: `${account.name}@example.org`, display_name: account.name, has_claude_max: true, has_claude_pro: false },
        organization: { uuid: uuid(`org-${account.name}`), name: account.name, organization_type: 'claude_max', rate_limit_tier: 'default_claude_max_5x' },
      });
    }
    if (route === '/api/oauth/usage') return answer(200, { ...this.usage(account.name), limits: [] });
    return answer(404, { type: 'error', error: { type: 'not_found_error', message: 'Not found' } });
  }

  async refresh(body, entry, answer) {
    entry.token = body.refresh_token;
    entry.grant = { ...body, refresh_token: undefined };
    const account = [...this.accounts.values()].find(each => each.refresh.has(body.refresh_token));
    if (!account || account.refresh.get(body.refresh_token)) return answer(400, { error: 'invalid_grant', error_description: 'Refresh token not found or invalid' });
    account.refresh.set(body.refresh_token, true);
    account.refreshed++;
    const login = this.login(account.name);
    await new Promise(resolve => setTimeout(resolve, this.refreshDelay));
    return answer(200, {
      access_token: login.accessToken, refresh_token: login.refreshToken, expires_in: this.lifetime, token_type: 'Bearer', scope: login.scopes.join(' '),
      account: { uuid: uuid(account.name), email_address: `${account.name}@example.org` }, organization: { uuid: uuid(`org-${account.name}`) },
    });
  }

  forward(request, response, body, entry) {
    const onward = http.request({ host: '127.0.0.1', port: this.apiPort, method: request.method, path: request.url, headers: { ...request.headers, host: `127.0.0.1:${this.apiPort}` } }, answer => {
      entry.status = answer.statusCode;
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  }
}

const uuid = name => `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6, '.').slice(0, 6)).toString('hex')}`;
