// SPDX-License-Identifier: AGPL-3.0-or-later
// What people meet when they are told what a service will know, or asked whether it may.
import assert from 'node:assert/strict';
import { held, IDP_URL, isInside, isLogin, login, MELLON_URL, run, SHIB_URL, test } from './browser.mjs';

const password = 'katten-sover-gott';

// For looking at: PORTVAKT_PICTURES names a folder. doc/told.png, for README.md, is inform-young.png.
const picture = async (page, name) => {
  if (!process.env.PORTVAKT_PICTURES) return;
  await page.screenshot({ path: `${process.env.PORTVAKT_PICTURES}/${name}.png`, fullPage: true });
};

const isTold = (page) => page.waitForSelector('main[data-page=inform]');
const isAsked = (page) => page.waitForSelector('main[data-page=ask]');
const title = (page) => page.innerText('h1');
const text = (page) => page.innerText('main');

async function comes(page, url, user) {
  await page.goto(`${url}/hemma`);
  await isLogin(page);
  await login(page, user, password);
}

test('a pupil is told, once, what leaves and why', async (page) => {
  await comes(page, SHIB_URL, 'noabjo');
  await isTold(page);
  assert.equal(await title(page), 'Det här får Matteboken veta om dig');
  assert.match(await text(page), /Noa Björklund/);
  assert.match(await text(page), /jntsr7@skola\.example/);
  assert.match(await text(page), /Övningar och prov i matematik/);
  assert.doesNotMatch(await text(page), /samtyck/i);
  // The number is there for whose it is, and not for who looks over the shoulder.
  assert.match(await text(page), /20130525••••/);
  assert.doesNotMatch(await page.content(), /201305259932/);
  await picture(page, 'inform-pupil');
  await page.click('#go-on');
  await isInside(page, SHIB_URL);
  assert.equal(await held(page, 'displayName'), 'Noa Björklund');
  await page.context().clearCookies();
  await comes(page, SHIB_URL, 'noabjo');
  await isInside(page, SHIB_URL);
}, { viewport: { width: 760, height: 740 } });

test('without JavaScript, and with the keyboard alone', async (page) => {
  await comes(page, SHIB_URL, 'alvlin');
  await isTold(page);
  for (let i = 0; i < 8; i += 1) {
    if (await page.evaluate(() => document.activeElement?.id === 'go-on')) break;
    await page.keyboard.press('Tab');
  }
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'go-on');
  await page.keyboard.press('Enter');
  const button = page.locator('form:has(input[name=SAMLResponse]) button');
  await button.click();
  await isInside(page, SHIB_URL);
}, { javaScriptEnabled: false });

test('who does not go on is nowhere, and nothing has left', async (page) => {
  await comes(page, SHIB_URL, 'yusabd');
  await isTold(page);
  await page.click('#stay');
  await page.waitForURL(`${IDP_URL}/`);
  await page.goto(`${IDP_URL}/me/choices`);
  await page.waitForSelector('#nothing');
  await picture(page, 'choices-none');
});

test('a teacher is asked: yes and no weigh the same', async (page) => {
  await comes(page, MELLON_URL, 'perstr');
  await isAsked(page);
  assert.equal(await title(page), 'Uppgifter som lämnas till Biblioteket');
  assert.equal(await page.innerText('h2'), 'Vill du lämna de här uppgifterna också?');
  assert.match(await text(page), /perstr@skola\.example/);
  assert.match(await text(page), /samtycke/);
  assert.match(await text(page), /även om du svarar nej/);
  const look = (id) => page.$eval(`#${id}`, (button) => {
    const { width, height } = button.getBoundingClientRect();
    const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button);
    return { width, height, color, backgroundColor, borderColor, fontSize, fontWeight };
  });
  assert.deepEqual(await look('yes'), await look('no'));
  assert.ok((await look('no')).height < 60, 'on one line');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
  await picture(page, 'ask-adult');
  await page.getByRole('button', { name: 'Nej, lämna dem inte' }).click();
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), null);
  assert.equal(await held(page, 'displayName'), 'Per Strand');
}, { viewport: { width: 760, height: 740 } });

test('a no can become a yes, and that be taken back', async (page, context) => {
  const again = async () => {
    await context.clearCookies();
    await comes(page, MELLON_URL, 'perstr');
  };
  await comes(page, MELLON_URL, 'perstr');
  await isInside(page, MELLON_URL);
  await page.goto(`${IDP_URL}/`);
  await page.click('#choices');
  assert.match(await text(page), /Du sa nej \d{4}-\d\d-\d\d\./);
  assert.match(await text(page), /Du fick veta det \d{4}-\d\d-\d\d\./);
  assert.doesNotMatch(await text(page), /perstr@/);
  await picture(page, 'choices');
  await page.getByRole('button', { name: 'Fråga mig igen' }).click();
  await page.waitForFunction(() => !document.querySelector('#answered'));
  await again();
  await isAsked(page);
  await page.click('#yes');
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), 'perstr@skola.example');
  await page.goto(`${IDP_URL}/me/choices`);
  await page.getByRole('button', { name: 'Ta tillbaka mitt ja' }).click();
  await page.waitForSelector('button:has-text("Fråga mig igen")');
  await again();
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), null);
});

test('a pupil who is too young reads why', async (page) => {
  await comes(page, MELLON_URL, 'alvlin');
  await isTold(page);
  assert.match(await page.innerText('#young'), /fyllt 13 år/);
  await picture(page, 'inform-young');
  await page.click('#go-on');
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), null);
}, { viewport: { width: 760, height: 740 } });

test('back from the service, and another answer, which holds', async (page) => {
  await comes(page, MELLON_URL, 'frihed');
  await isAsked(page);
  const address = page.url();
  await page.click('#yes');
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), 'frihed@skola.example');
  const faults = [];
  page.on('response', (response) => {
    if (response.status() >= 400 && response.url().startsWith(IDP_URL)) faults.push(response.url());
  });
  // The address of the page leads on to the service now.
  await page.goto(address);
  await isInside(page, MELLON_URL);
  assert.deepEqual(faults, []);
});

test('the same page in two tabs: both arrive, and the last answer holds', async (page, context) => {
  await comes(page, MELLON_URL, 'mohrah');
  await isAsked(page);
  const other = await context.newPage();
  await other.goto(`${MELLON_URL}/hemma`);
  await isAsked(other);
  await page.click('#yes');
  await isInside(page, MELLON_URL);
  assert.equal(await held(page, 'mail'), 'mohrah@skola.example');
  await other.click('#no');
  await isInside(other, MELLON_URL);
  assert.equal(await held(other, 'mail'), null);
});

test('a reloaded page still asks', async (page) => {
  await comes(page, MELLON_URL, 'evalun');
  await isAsked(page);
  await page.reload();
  await isAsked(page);
  await page.click('#no');
  await isInside(page, MELLON_URL);
});

test('the other language is one link away', async (page) => {
  await comes(page, SHIB_URL, 'karnyb');
  await isTold(page);
  await page.click('nav a[lang=en]');
  await page.waitForSelector('html[lang=en]');
  assert.equal(await title(page), 'Information that is given to The Maths Book');
  assert.match(await text(page), /Exercises and tests in mathematics/);
  await picture(page, 'inform-english');
  await page.click('#go-on');
  await isInside(page, SHIB_URL);
});

test('pages fit a narrow screen, in the dark too', async (page) => {
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= 320);
  await comes(page, MELLON_URL, 'jonisa');
  await isAsked(page);
  assert.ok(await fits());
  await picture(page, 'ask-narrow-dark');
  await page.click('#yes');
  await isInside(page, MELLON_URL);
  await page.goto(`${IDP_URL}/me/choices`);
  assert.ok(await fits());
  await picture(page, 'choices-narrow-dark');
}, { viewport: { width: 320, height: 640 }, colorScheme: 'dark' });

await run();
