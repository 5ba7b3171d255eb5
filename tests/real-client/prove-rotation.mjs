// Rotation with the real client on a fake login, without any manual swap: the engine gives the first account, sees in its own readings that
// it exceeds its ceiling while a tool call runs, waits for the call to end, and switches. Run by ./in-fake-internet.sh; see prove.sh. Takes about
// eight minutes: readings of one account are three minutes apart, and rotation pauses for five after a switch.
import fs from 'node:fs';
import path from 'node:path';
import { sleep } from './live-client.mjs';
import { FleetRig, until } from './fleet-rig.mjs';

const [INTERVAL, TICK, BEAT] = [180_000, 30_000, 5_000]; // of readings, of rotation, of heartbeats
const SLACK = 3_000;
const day = 24 * 3600e3;
const at = ms => new Date(Date.now() + ms).toISOString();
// alpha's week ends first, so alpha is used first; beta is idle.
let fiveHours = 73;
const resets = { alpha: [at(3 * 3600e3), at(2 * day)], beta: [at(4 * 3600e3), at(5 * day)] };
const rig = await FleetRig.start('rotation', ['alpha', 'beta'], name => ({
  five_hour: { utilization: name === 'alpha' ? fiveHours : 5, resets_at: resets[name][0] }, seven_day: { utilization: name === 'alpha' ? 30 : 10, resets_at: resets[name][1] },
}));
const check = (...args) => rig.check(...args);
const events = async kind => (await rig.api('events?kind=switches')).rows.filter(each => each.kind === kind);
const polls = name => rig.issuer.requests.filter(each => each.path === '/api/oauth/usage' && each.status === 200 && each.token.startsWith(`at-${name}-`));
const show = event => event && `${event.kind}, from ${event.from_account} at ${JSON.parse(event.detail).from?.five_hour} % of its 5 hours to ${event.account} at ${JSON.parse(event.detail).target?.five_hour} %`;

// A session in a config directory without a login.
const started = Date.now();
const client = rig.start();
const opening = client.ask('hello [[sc:text]]');
const appeared = await until(() => rig.lastBeat()?.sessions.length === 1, 15_000);
check('a session appears within 5 s of its start', appeared !== null && Date.now() - started < 5000, `${Date.now() - started} ms`);
await opening; // not signed in yet
const given = await until(() => rig.token() === 'at-alpha-1', 2 * TICK);
check('the engine gives the account whose week ends first', given !== null, `${Math.round((Date.now() - started) / 1000)} s after the session's start`);
const hello = await client.ask('hello [[sc:text]]');
check('the client works with it', !hello.is_error && rig.asked().at(-1) === 'at-alpha-1:200', rig.asked().at(-1));

// A tool call that is open when alpha's third reading arrives, five minutes after the switch, and for a tick after that.
await until(() => polls('alpha').length === 2, 1.1 * INTERVAL + TICK, 500);
const next = polls('alpha').at(-1).at + INTERVAL;
await sleep(Math.max(0, next - 12_000 - Date.now()));
const done = path.join(rig.work, 'done');
const turn = client.ask(`wait [[sc:until:${done}]]`);
const open = await until(() => rig.lastBeat()?.sessions[0]?.state === 'tool', 12_000);
check('a running tool call is seen', open !== null, `${open} ms`);
fiveHours = 82; // over the ceiling of 80, and not so fast that beta would not last either
const before = polls('alpha').length;
await until(() => polls('alpha').length > before, INTERVAL / 10 + 30_000);
const read = Date.now();
const deferred = await until(async () => (await events('switcher_switch_deferred')).length > 0, TICK + SLACK, 500);
const [waiting] = await events('switcher_switch_deferred');
check('switcher_switch_deferred within a tick of the reading', waiting?.from_account === 'alpha' && waiting.account === 'beta', `${deferred} ms, ${show(waiting)}`);
const session = (await rig.api('sessions')).rows[0];
check('its age and the call\'s age are shown', session.state === 'tool' && Date.now() - Date.parse(session.since_utc) > 10_000 && Date.parse(waiting?.at_utc) > read - SLACK, `call open since ${session.since_utc}, deferred at ${waiting?.at_utc}`);
const early = await until(() => rig.token() !== 'at-alpha-1', 1.5 * TICK); // at least one more tick
check('nothing is switched while it runs', early === null && rig.callIsOpen(), `deferred for ${Math.round((Date.now() - Date.parse(waiting?.at_utc)) / 1000)} s`);
fs.writeFileSync(done, '');
await until(() => !rig.callIsOpen(), 10_000);
const swapped = await until(() => rig.token() === 'at-beta-1', TICK + BEAT + SLACK);
// Reported with one heartbeat, checked a second later, fetched with the next.
check('the swap reaches the file within two heartbeats and a second of the call\'s end, less than a tick', swapped !== null && swapped <= 2 * BEAT + 1000 + SLACK, `${swapped} ms`);
check('it was deferred once and switched once', (await events('switcher_switch_deferred')).length === 1 && (await events('switched')).filter(each => each.from_account === 'alpha').length === 1, show((await events('switched'))[0]));
const ended = await turn;
check('the turn went on undisturbed', !ended.is_error);
const after = await client.ask('more [[sc:text]]');
check('the next request is of the other account', !after.is_error && rig.asked().at(-1) === 'at-beta-1:200', rig.asked().at(-1));
check('no request was refused', rig.asked().every(each => each.endsWith(':200')), rig.asked().join(' '));
check('foreign keys are as they were', rig.keepsForeign());
await until(() => rig.brought() > 0, 15_000);
check('the login before it is the vault\'s again', /alpha\s.*vault/.test(await rig.fleet('list')));

// The two ways to disappear.
const second = rig.start();
const joined = Date.now();
const hi = second.ask('hello [[sc:text]]');
const noted = await until(() => rig.sessionsNoted() === 2, 15_000);
const both = noted + await until(() => rig.lastBeat()?.sessions.length === 2, 15_000);
check('another session appears within 5 s', rig.lastBeat()?.sessions.length === 2 && Date.now() - joined < 5000, `${Date.now() - joined} ms, ${both - noted} of them after the hook`);
await hi;
const leaving = Date.now();
await second.end();
const left = await until(() => rig.lastBeat()?.sessions.length === 1, 15_000);
check('a session that ends vanishes at once', left !== null && Date.now() - leaving < 5000, `${Date.now() - leaving} ms`);
client.process.kill('SIGKILL');
const vanished = await until(async () => (await rig.api('sessions')).rows.length === 0, 60_000, 500);
check('one that was killed vanishes with the next heartbeat', vanished !== null && vanished <= BEAT + SLACK, `${vanished} ms`);
check('every refresh token was used at most once', rig.everyRefreshTokenUsedOnce());
check('nothing on the client\'s screen', client.screen === '' && second.screen === '', client.screen.slice(0, 200) + second.screen.slice(0, 200));
rig.checkLeaks();
await rig.finish();
