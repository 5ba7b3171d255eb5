// The fleet with the real client on a fake login: sessions appear and disappear, an open tool call defers a swap, the next request uses the swapped login,
// and a login that the client renews is returned. Run by ./in-fake-internet.sh; see prove.sh. The real receiver, the real agent, a fake issuer; here
// logins are given manually, in prove-rotation.mjs the engine decides.
import { readLogin, sleep } from './live-client.mjs';
import { FleetRig, until } from './fleet-rig.mjs';

const rig = await FleetRig.start('fleet', ['alpha', 'beta']);
const { issuer, agent, configDir } = rig;
const check = (...args) => rig.check(...args);
const fleet = (...args) => rig.fleet(...args);
const lastBeat = () => rig.lastBeat();
const asked = () => rig.asked();
const token = () => rig.token();

// A session appears; its config directory, which had no login, is given one.
const started = Date.now();
const first = rig.start();
const opening = first.ask('hello [[sc:sleep:4]]');
const appeared = await until(() => lastBeat()?.sessions.length === 1, 15000);
check('a session appears within 5 s of its start', appeared !== null && Date.now() - started < 5000, `${Date.now() - started} ms`);
await opening; // not signed in yet: its answer does not matter
await fleet('give', agent, '--account', 'alpha');
const given = await until(() => token() === 'at-alpha-1', 15000);
check('a login reaches the config dir with the next heartbeat', given !== null && given < 7000, `${given} ms`);
const hello = await first.ask('hello [[sc:text]]');
check('the client works with it at its next turn', !hello.is_error && asked().at(-1) === 'at-alpha-1:200', asked().at(-1));

// A tool call in progress defers the swap.
const turn = first.ask('wait [[sc:sleep:12]]');
const open = await until(() => lastBeat()?.sessions[0]?.state === 'tool', 15000);
check('a running tool call is seen', open !== null, `${open} ms`);
await fleet('give', agent, '--account', 'beta');
const early = await until(() => token() !== 'at-alpha-1', 4000);
check('the swap waits while it runs', early === null);
await until(() => !rig.callIsOpen(), 20000);
const swapped = await until(() => token() === 'at-beta-1', 5000);
check('the swap reaches the file within a tick of the call\'s end', swapped !== null, `${swapped} ms`);
await turn;
const after = await first.ask('more [[sc:text]]');
check('the next turn is of the other account', !after.is_error && asked().at(-1) === 'at-beta-1:200', asked().at(-1));
check('foreign keys are as they were', rig.keepsForeign());
await until(() => rig.brought() > 0, 15000);
const listed = await fleet('list');
check('the login before it was handed back', rig.brought() > 0 && /alpha\s.*vault/.test(listed), listed.split('\n').find(line => line.includes('alpha'))?.trim());

// The client renews its login; the agent returns it.
const credentials = rig.brought();
issuer.revoke('at-beta-1');
const renewed = await first.ask('renew [[sc:text]]');
check('the client renews what it was given', !renewed.is_error && token() === 'at-beta-2', token());
check('the client keeps the mark', readLogin(configDir).ccfluxFleet > 0);
const brought = await until(() => rig.brought() > credentials, 15000);
check('the renewed login is brought back', brought !== null, `${brought} ms`);
check('every refresh token was used once', rig.everyRefreshTokenUsedOnce());

// The client is killed and its session disappears; the agent hands the login back and ends.
first.process.kill('SIGKILL');
const vanished = await until(() => lastBeat()?.sessions.length === 0, 15000);
check('a session whose process was killed vanishes', vanished !== null, `${vanished} ms`);
const handedBack = await until(() => readLogin(configDir).claudeAiOauth.refreshToken === '', 40000);
check('after the last session the refresh token goes back and a copy stays', handedBack !== null && token() === 'at-beta-2', `${handedBack} ms`);
await sleep(2000);
const inVault = await fleet('list');
check('the vault holds both logins', ['alpha', 'beta'].every(name => new RegExp(`${name}\\s.*vault`).test(inVault)), inVault);
const next = rig.start();
const onCopy = await next.ask('again [[sc:text]]');
check('a session on the copy works at once', !onCopy.is_error && asked().at(-1) === 'at-beta-2:200', asked().at(-1));
const whole = await until(() => readLogin(configDir).claudeAiOauth.refreshToken === 'rt-beta-2', 30000);
check('and has the whole login again soon', whole !== null, `${whole} ms`);
await next.end();
check('nothing on the client\'s screen', first.screen === '' && next.screen === '', first.screen.slice(0, 200) + next.screen.slice(0, 200));

rig.checkLeaks();
await rig.finish();
