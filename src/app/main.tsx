import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<h1>Satchel</h1>);
if (import.meta.env.PROD) void navigator.serviceWorker.register('./service-worker.js', { updateViaCache: 'none' });
