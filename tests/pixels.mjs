// What of an element is drawn: its pixels, read in the page.

/**
 * The share of the element's pixels that differ from the ground around it, taken at a spot
 * just outside its left edge. The picture is decoded by the browser itself.
 */
export async function drawnIn(page, locator) {
  await locator.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await locator.boundingBox();
  // One pixel around it, so that the ground is in the picture.
  const clip = { x: x - 3, y, width: width + 6, height };
  const picture = (await page.screenshot({ clip })).toString('base64');
  return page.evaluate(async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const at = (index) => [data[index], data[index + 1], data[index + 2]];
    const ground = at(4 * image.width * Math.floor(image.height / 2));
    const inside = { all: 0, drawn: 0 };
    for (let row = 0; row < image.height; row += 1) {
      for (let column = 3; column < image.width - 3; column += 1) {
        const pixel = at(4 * (row * image.width + column));
        const distance = Math.max(...pixel.map((value, part) => Math.abs(value - ground[part])));
        inside.all += 1;
        if (distance > 40) inside.drawn += 1;
      }
    }
    return { share: inside.drawn / inside.all };
  }, picture);
}
