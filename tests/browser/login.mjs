// SPDX-License-Identifier: AGPL-3.0-or-later
// What people meet on their way to a service.
import assert from 'node:assert/strict';
import { held, IDP_URL, isInside, isLogin, login, MELLON_URL, run, SHIB_URL, test } from './browser.mjs';

const password = 'katten-sover-gott';
const services = [['mod_shib', SHIB_URL], ['mod_auth_mellon', MELLON_URL]];

for (const [name, url] of services) {
  test(`a pupil logs in and comes to ${name}`, async (page) => {
    await page.goto(`${url}/hemma`);
    await isLogin(page);
    assert.equal(new URL(page.url()).origin, IDP_URL);
    await login(page, 'noabjo', password);
    await isInside(page, url);
    assert.equal(await held(page, 'eduPersonPrincipalName'), 'jntsr7@skola.example');
  });

  test(`without JavaScript a button leads on to ${name}`, async (page) => {
    await page.goto(`${url}/hemma`);
    await login(page, 'noabjo', password);
    const button = page.locator('form:has(input[name=SAMLResponse]) button');
    await button.waitFor({ state: 'visible' });
    assert.notEqual((await button.innerText()).trim(), '');
    await button.click();
    await isInside(page, url);
    assert.equal(await held(page, 'eduPersonPrincipalName'), 'jntsr7@skola.example');
  }, { javaScriptEnabled: false });

  test(`a pupil with protected identity meets the ordinary page, not ${name}`, async (page) => {
    await page.goto(`${url}/hemma`);
    await login(page, 'saglun', password);
    const onward = page.locator('form:has(input[name=SAMLResponse]) button');
    await onward.waitFor({ state: 'visible' });
    assert.equal(new URL(page.url()).origin, IDP_URL);
    const text = await page.innerText('body');
    assert.doesNotMatch(text, /skydd|sekret|protect/i);
    assert.doesNotMatch(await page.content(), /Saga|Lundqvist|v36zbs/);
    // The button takes the refusal to the service, which lets nobody in.
    await Promise.all([page.waitForURL((to) => to.origin === url), onward.click()]);
    assert.equal(await page.locator('#inne').count(), 0);
  });
}

test('the second service asks for no password', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await login(page, 'noabjo', password);
  await isInside(page, SHIB_URL);
  await page.goto(`${MELLON_URL}/hemma`);
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'displayName'), 'Noa Björklund');
});

test('a wrong password is told, keeps the name, and the right one goes on', async (page, context) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await login(page, 'noabjo', 'hunden-sover-gott');
  await page.waitForSelector('[role=alert]');
  assert.equal(await page.inputValue('input[name=login]'), 'noabjo');
  assert.equal(await page.inputValue('input[name=password]'), '');
  assert.doesNotMatch(await page.content(), /hunden/);
  assert.deepEqual((await context.cookies(SHIB_URL)).filter((c) => /_shibsession/.test(c.name)), []);
  await page.fill('input[name=password]', password);
  await page.press('input[name=password]', 'Enter');
  await isInside(page, SHIB_URL);
});

test('an unknown name is told in the same words as a wrong password', async (page) => {
  const words = async (user) => {
    await page.goto(`${SHIB_URL}/hemma`);
    await login(page, user, 'fel');
    return page.innerText('[role=alert]');
  };
  assert.equal(await words('noabjo'), await words('ingenalls'));
});

for (const [role, eppn] of [['student', 'q6nfgx'], ['staff', 'ppp35t']]) {
  test(`who is both pupil and staff is asked, and goes on as ${role}`, async (page) => {
    await page.goto(`${MELLON_URL}/hemma`);
    await login(page, 'noohad', password);
    const button = page.locator(`[name=role][value=${role}]`);
    await button.waitFor();
    assert.equal(await page.locator('[name=role]').count(), 2);
    await button.click();
    if (await button.count() && (await button.getAttribute('type')) === 'radio') {
      await page.click('form:has([name=role]) button[type=submit]');
    }
    await isInside(page, MELLON_URL);
    assert.equal(await held(page, 'eduPersonPrincipalName'), `${eppn}@skola.example`);
  });
}

test('the keyboard alone is enough', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await isLogin(page);
  // Few Tabs from the top of the page, in the order the eye reads.
  for (let i = 0; i < 8; i += 1) {
    if (await page.evaluate(() => document.activeElement?.name === 'login')) break;
    await page.keyboard.press('Tab');
  }
  assert.equal(await page.evaluate(() => document.activeElement?.name), 'login');
  await page.keyboard.type('asajon');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.name), 'password');
  await page.keyboard.type('blåbär & Åska');
  await page.keyboard.press('Enter');
  await isInside(page, SHIB_URL);
  assert.equal(await held(page, 'eduPersonPrincipalName'), 'rmt4d6@skola.example');
});

test('a reloaded login page still logs in', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await isLogin(page);
  await page.reload();
  await login(page, 'noabjo', password);
  await isInside(page, SHIB_URL);
});

test('back from the service, and forward again, ends inside and never in an error', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await login(page, 'noabjo', password);
  await isInside(page, SHIB_URL);
  const faults = [];
  page.on('response', (response) => {
    if (response.status() >= 500 && response.url().startsWith(IDP_URL)) faults.push(response.url());
  });
  await page.goBack({ waitUntil: 'load' }).catch(() => {});
  assert.notEqual((await page.innerText('body')).trim(), '');
  assert.deepEqual(faults, []);
  await page.goto(`${SHIB_URL}/hemma`);
  await isInside(page, SHIB_URL);
});

test('the same login page in two tabs: both arrive', async (page, context) => {
  const other = await context.newPage();
  await page.goto(`${SHIB_URL}/hemma`);
  await other.goto(`${MELLON_URL}/hemma`);
  await login(page, 'noabjo', password);
  await isInside(page, SHIB_URL);
  await login(other, 'noabjo', password);
  await isInside(other, MELLON_URL);
});

test('cookies are __Host-, Secure, HttpOnly, Lax; but for the one of a year they end with the browser', async (page, context) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await login(page, 'noabjo', password);
  await isInside(page, SHIB_URL);
  const cookies = await context.cookies(IDP_URL);
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) {
    assert.match(cookie.name, /^__Host-/);
    assert.equal(cookie.secure, true);
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Lax');
    assert.equal(cookie.path, '/');
    if (cookie.name === '__Host-known') {
      const days = (cookie.expires - Date.now() / 1000) / 86400;
      assert.ok(days > 364 && days <= 365);
    } else {
      assert.equal(cookie.expires, -1);
    }
  }
});

test('fields have names to a screen reader, and the browser may fill them in', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await isLogin(page);
  for (const field of ['login', 'password']) {
    const label = await page.$eval(`input[name=${field}]`, (input) => input.labels[0]?.innerText ?? '');
    assert.notEqual(label.trim(), '');
  }
  assert.equal(await page.getAttribute('input[name=login]', 'autocomplete'), 'username');
  assert.equal(await page.getAttribute('input[name=password]', 'autocomplete'), 'current-password');
  assert.equal(await page.getAttribute('html', 'lang'), 'sv');
  // For README.md: PORTVAKT_PICTURE=doc/login.png make check TESTS=tests/browser/login.sh
  if (process.env.PORTVAKT_PICTURE) await page.screenshot({ path: process.env.PORTVAKT_PICTURE });
}, { viewport: { width: 760, height: 740 } });

test('who reads English gets English', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await isLogin(page);
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
}, { locale: 'en-GB' });

test('the login page fits a narrow screen', async (page) => {
  await page.goto(`${SHIB_URL}/hemma`);
  await isLogin(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
}, { viewport: { width: 320, height: 640 } });

await run();
