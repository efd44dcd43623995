// form[data-crop]: a picture that is chosen, or dropped on the form, shows in a square. Sliders, or dragging, say which
// part of it is to be kept; the form sends that in points of the picture (x, y, side), and the server does the cutting.
import { each } from "./each.js";
import { say } from "./announce.js";

each("form[data-crop]", (form) => {
  const file = form.querySelector("input[type=file]");
  const box = form.querySelector(".cropper");
  const view = box.querySelector("canvas");
  const [zoom, across, down] = ["zoom", "across", "down"].map((name) => box.querySelector(`[data-crop-${name}]`));
  let picture = null;
  let from = null; // where a drag began

  const cut = () => {
    const most = Math.min(picture.width, picture.height);
    const side = Math.round(most / (1 + (3 * zoom.value) / 100));
    const place = (length, slider) => Math.round(((length - side) * slider.value) / 100);
    return { side, x: place(picture.width, across), y: place(picture.height, down) };
  };
  const draw = () => {
    const { side, x, y } = cut();
    across.disabled = side >= picture.width; // there is nowhere to go
    down.disabled = side >= picture.height;
    const pen = view.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, view.width, view.height);
    pen.drawImage(picture, x, y, side, side, 0, 0, view.width, view.height);
    Object.entries({ side, x, y }).forEach(([name, value]) => (form.elements[name].value = value));
  };
  const clear = () => {
    picture = null;
    box.hidden = true;
    ["side", "x", "y"].forEach((name) => (form.elements[name].value = ""));
  };
  file.addEventListener("change", async () => {
    clear();
    if (!file.files.length) return;
    try {
      picture = await createImageBitmap(file.files[0], { imageOrientation: "from-image" });
    } catch {
      return say(form.dataset.sayUnreadable, "alert"); // the server has the last word on it
    }
    [zoom.value, across.value, down.value] = [0, 50, 50];
    box.hidden = false;
    draw();
    say(form.dataset.sayChosen);
  });
  box.addEventListener("input", draw);

  view.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, y: event.clientY, across: Number(across.value), down: Number(down.value) };
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (!from) return;
    const { side } = cut();
    const move = (slider, began, way, length) => {
      if (length > side) slider.value = began - (100 * way * (side / view.clientWidth)) / (length - side);
    };
    move(across, from.across, event.clientX - from.x, picture.width);
    move(down, from.down, event.clientY - from.y, picture.height);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, () => (from = null));
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom.value = Number(zoom.value) - Math.sign(event.deltaY) * 4;
    draw();
  }, { passive: false });

  const drops = (event) => event.dataTransfer?.types.includes("Files");
  form.addEventListener("dragover", (event) => drops(event) && (event.preventDefault(), (form.dataset.over = "")));
  for (const end of ["dragleave", "drop"]) form.addEventListener(end, () => delete form.dataset.over);
  form.addEventListener("drop", (event) => {
    if (!drops(event)) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
    file.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
