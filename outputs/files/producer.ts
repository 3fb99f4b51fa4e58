/** Name and version of what wrote a file, as the files record it. Equals `package.json`. */
export const PRODUCER = 'sincere 0.1.0';
