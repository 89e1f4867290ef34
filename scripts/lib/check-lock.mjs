/**
 * What `npm ci` would refuse in a lock file, or should: a package that some package names and the lock lacks (registry
 * mirrors lack some platforms' parts of some versions, and npm then writes such locks), or one that comes from elsewhere
 * than npm's registry.
 * @param {{ packages: Record<string, LockedPackage> }} lock
 * @returns {string[]} complaints
 * @typedef {{ resolved?: string, link?: boolean, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} LockedPackage
 */
export function checkLock({ packages }) {
  return Object.entries(packages).flatMap(([folder, { resolved, link, dependencies, optionalDependencies }]) => {
    const lacking = Object.entries({ ...dependencies, ...optionalDependencies })
      .filter(([name]) => !foldersAbove(folder).some((above) => `${above}node_modules/${name}` in packages))
      .map(([name, version]) => `${folder} needs ${name}@${version}, which the lock lacks`);
    const foreign = resolved && !link && new URL(resolved).host !== 'registry.npmjs.org';
    return foreign ? [...lacking, `${folder} comes from ${new URL(resolved).host}`] : lacking;
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
