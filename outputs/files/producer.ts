/** Name and version of what wrote a file, as the files record it. Equals `package.json`. */
export const producer = 'sincere 0.1.0';
