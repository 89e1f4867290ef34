const REGISTRY = 'https://registry.npmjs.org';

/**
 * What `npm ci` would refuse in a lock file, or should: a package that some package names and the lock lacks (registry
 * mirrors lack some platforms' parts of some versions, and npm then writes such locks), or one that comes from elsewhere
 * than npm's registry, or without the hash by which npm knows that it is the one that was locked.
 * @param {{ packages: Record<string, LockedPackage> }} lock
 * @returns {string[]} complaints
 * @typedef {{ resolved?: string, link?: boolean, integrity?: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockedPackage
 */
export function checkLock({ packages }) {
  return Object.entries(packages).flatMap(([folder, { resolved, link, integrity, ...needs }]) => {
    const complaints = Object.entries({ ...needs.dependencies, ...needs.optionalDependencies })
      .filter(([name]) => !foldersAbove(folder).some((above) => `${above}node_modules/${name}` in packages))
      .map(([name, version]) => `${folder} needs ${name}@${version}, which the lock lacks`);
    if (link || !folder.includes('node_modules/')) return complaints;
    if (resolved && new URL(resolved).origin !== REGISTRY) complaints.push(`${folder} comes from ${resolved}`);
    if (!integrity?.startsWith('sha512-')) complaints.push(`${folder} has no sha512 hash`);
    return complaints;
  });
}

/**
 * The folders in whose node_modules Node looks for what a package in this one imports.
 * @param {string} folder
 */
function foldersAbove(folder) {
  const parts = folder === '' ? [] : folder.split('/');
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`).concat('');
}
