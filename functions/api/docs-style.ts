// How the page of the API looks, light and dark.

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --ink: #156; }
@media (prefers-color-scheme: dark) { :root { --ink: #7cd; } }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); font: 16px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; box-sizing: border-box; border-right: 1px solid var(--line); font-size: .9rem; }
nav h2 { font-size: .9rem; margin: 1rem 0 .2rem; } nav ul { list-style: none; padding: 0; margin: 0; }
main { padding: 1rem 2rem; max-width: 60rem; box-sizing: border-box; }
a { color: var(--ink); text-decoration: none; } a:hover { text-decoration: underline; }
article { border-top: 1px solid var(--line); padding: .5rem 0 1rem; } article:target { background: var(--soft); }
h3 { margin: .5rem 0 0; } h4 { margin: .8rem 0 .2rem; }
.route b { display: inline-block; min-width: 4.5em; } .route code { font-size: 1.05em; }
.post, .put, .patch { color: #a60; } .delete { color: #b33; } .get { color: #286; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line); }
.type { opacity: .7; } .no { margin-right: .4em; opacity: .8; }
pre { background: var(--soft); padding: .6rem; overflow: auto; font-size: .85rem; } p { margin: .4rem 0; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
`;
