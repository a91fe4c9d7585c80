/** The app's mark, the same drawing as its icon without the tile. */
export function SatchelMark() {
  return (
    <svg className="satchel-mark" viewBox="96 84 320 332" width="26" height="26" aria-hidden>
      <path
        d="M194 188v-24a62 62 0 0 1 124 0v24"
        fill="none"
        stroke="var(--leaf)"
        strokeWidth="28"
        strokeLinecap="round"
      />
      <rect x="108" y="176" width="296" height="228" rx="44" fill="var(--leaf)" />
      <path
        d="M152 176h208a44 44 0 0 1 44 44v34c-36 46-90 70-148 70s-112-24-148-70v-34a44 44 0 0 1 44-44z"
        fill="var(--on-leaf)"
        opacity="0.3"
      />
      <path d="M256 262c37 26 38 72 0 106c-38-34-37-80 0-106z" fill="var(--on-leaf)" />
    </svg>
  );
}
