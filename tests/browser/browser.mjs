// SPDX-License-Identifier: AGPL-3.0-or-later
// One Chromium for a test program; each visitor is a context of its own, with no cookies. Whatever
// a page does that it must not is noted and fails the test: a violation of its own policy, a
// script error, a request to anywhere but the three hosts of the bed.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export const { IDP_URL, MELLON_URL, SHIB_URL } = process.env;
const hosts = new Set([IDP_URL, MELLON_URL, SHIB_URL].map((url) => new URL(url).origin));

const tests = [];
export const test = (name, body, options = {}) => tests.push({ name, body, options });

function watch(context, wrongs) {
  context.on('console', (message) => {
    if (message.type() === 'error' && !/status of [45]\d\d/.test(message.text())) {
      wrongs.push(`console: ${message.text()}`);
    }
  });
  context.on('weberror', (error) => wrongs.push(`script: ${error.error()}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    // A service's own page may ask for a favicon that is not there.
    if (url.protocol !== 'data:' && !hosts.has(url.origin)) wrongs.push(`request to ${url.origin}`);
  });
}

// The real Chromium, which trusts the demo's CA through the NSS database of its home: certificates
// are checked here as they are at a school.
export async function run() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: { ...process.env, HOME: process.env.BROWSER_HOME },
  });
  console.log(`1..${tests.length}`);
  let number = 0;
  for (const { name, body, options } of tests) {
    number += 1;
    const wrongs = [];
    const context = await browser.newContext({ locale: 'sv-SE', ...options });
    context.setDefaultTimeout(60000);
    watch(context, wrongs);
    const page = await context.newPage();
    try {
      await body(page, context);
      assert.deepEqual(wrongs, []);
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      const lines = `${error.stack}\nat ${page.url()}\n${wrongs.join('\n')}`.split('\n');
      console.log(`not ok ${number} - ${name}\n${lines.map((line) => `# ${line}`).join('\n')}`);
    }
    await context.close();
  }
  await browser.close();
}

// Fills in the login form and sends it with the Enter key or, with `click`, its button.
export async function login(page, user, password, { click = true } = {}) {
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', password);
  if (click) await page.click('form:has(input[name=password]) button[type=submit]');
  else await page.press('input[name=password]', 'Enter');
}

export const isLogin = (page) => page.waitForSelector('input[name=password]');
export const isInside = (page, url) => page.waitForURL(`${url}/hemma*`);

// What the page of a service says it holds of an attribute; null if it has none.
export async function held(page, attribute) {
  const cell = page.locator(`td[id="${attribute}"]`);
  return (await cell.count()) === 0 ? null : (await cell.innerText()).trim();
}
