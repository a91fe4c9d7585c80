/** Hands a text to the person as a file, without any server. */
export function downloadText(fileName: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // Not at once: Safari reads the file after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
