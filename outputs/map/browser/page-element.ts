/** An element with a class, attributes and content. Text is text. */
export function pageElement<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

/** A button that does something. */
export function pageButton(text: string, press: () => void): HTMLButtonElement {
  const button = pageElement('button', { type: 'button' }, text);
  button.addEventListener('click', press);
  return button;
}
