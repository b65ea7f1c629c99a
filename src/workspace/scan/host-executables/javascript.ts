/** JavaScript and TypeScript: settings that are code, or name code, of package managers, builds and tests. */
export const javascriptFiles = `
npm scripts
  npm | package.json package.json5 package.yaml npm-shrinkwrap.json | npm help 7 scripts
  node-gyp | binding.gyp *.gypi common.gypi | gyp.gsrc.io/docs/UserDocumentation.md
npm settings
  npm | .npmrc npmrc .npm-init.js | npm help 5 npmrc
Yarn settings
  Yarn | .yarnrc .yarnrc.yml yarn.config.cjs | yarnpkg.com/configuration/yarnrc#yarnPath
Yarn releases and plugins
  Yarn | .yarn/releases/ .yarn/plugins/ .yarn/sdks/ .yarn/patches/ .yarn/versions/ |
      yarnpkg.com/getting-started/qa#which-files-should-be-gitignored
package loaders
  Yarn Plug'n'Play | .pnp.js .pnp.cjs .pnp.loader.mjs | yarnpkg.com/advanced/pnp-spec
  pnpm | pnpmfile.js pnpmfile.cjs pnpmfile.mjs .pnpmfile.js .pnpmfile.cjs .pnpmfile.mjs pnpm-workspace.yaml | pnpm.io/pnpmfile
  Bun | bunfig.toml .bunfig.toml bun.lockb | bun.sh/docs/runtime/bunfig#preload
  Deno | deno.json deno.jsonc import_map.json .deno/ | docs.deno.com/runtime/fundamentals/configuration
  Node.js | node.config.json .noderc .node_repl_history | nodejs.org/api/cli.html#--experimental-default-config-file
  nodemon | nodemon.json | github.com/remy/nodemon#config-files
  Rush | rush.json common/config/ common/scripts/ common/git-hooks/ command-line.json .pnpmfile-subspace.cjs |
      rushjs.io/pages/maintainer/git_hooks
  Lerna, Nx, Turborepo | lerna.json nx.json project.json workspace.json turbo.json turbo.jsonc | nx.dev/reference/project-configuration
  moon, wireit, bit | moon.yml moon.yaml moon.pkl workspace.jsonc bit.json .bitmap | moonrepo.dev/docs/config/project#tasks
  Lage, Bolt, beachball | lage.config.* backfill.config.* beachball.config.* just.config.* | microsoft.github.io/lage/docs/reference/config
  npm-run-all, nps, zx, wsrun | package-scripts.* | github.com/sezna/nps#getting-started
  ni, corepack, jsr | .nirc .corepack.env jsr.json jsr.jsonc | github.com/nodejs/corepack#environment-variables
  vlt, jspm, import maps | vlt.json vlt-workspaces.json importmap.json jspm.json | docs.vlt.sh/cli/configuring
  SystemJS, bower | systemjs.config.js .bowerrc bower.json | bower.io/docs/config/#hooks
node_modules/.bin
  npm | node_modules/.bin/ | npm help 5 folders
# Most tools of JavaScript find their settings as cosmiconfig does: the name of the tool tells nothing then
JavaScript tool settings
  cosmiconfig | *.config.js *.config.cjs *.config.mjs *.config.ts *.config.cts *.config.mts *.config.jsx *.config.tsx |
      github.com/cosmiconfig/cosmiconfig#searchplaces
  cosmiconfig | *.config.json *.config.jsonc *.config.json5 *.config.yaml *.config.yml *.config.toml |
      github.com/cosmiconfig/cosmiconfig#searchplaces
  cosmiconfig | .*rc.js .*rc.cjs .*rc.mjs .*rc.ts .*rc.cts .*rc.mts .*rc.json .*rc.jsonc .*rc.json5 .*rc.yaml .*rc.yml .*rc.toml |
      github.com/cosmiconfig/cosmiconfig#searchplaces
  rc files | .*rc | github.com/dominictarr/rc#standards
  .config | .config/ | github.com/cosmiconfig/cosmiconfig#searchplaces
  webpack, Rollup | webpack.*.js webpack.*.ts webpack.*.cjs webpack.*.mjs webpackfile.js rollup.*.js | webpack.js.org/configuration
  Vite, Vitest, Jest | vite.*.js vite.*.ts vitest.*.js vitest.*.ts vitest.*.mjs jest.*.js jest.*.ts jest.*.json jest-*.js jest-*.json
      setuptests.* | vitest.dev/config
  Grunt, gulp, Jake, Broccoli, Brunch | gruntfile.* gulpfile.* gulpfile.*.js jakefile jakefile.js brocfile.js brunch-config.js
      gulpfile.babel.js | gulpjs.com/docs/en/getting-started/javascript-and-gulpfiles
  Karma, Protractor, Nightwatch, WebdriverIO | karma.conf.* *.conf.js *.conf.ts *.conf.cjs *.conf.mjs *.conf.mts testem.js testem.json
      testem.yml | karma-runner.github.io/latest/config/configuration-file.html
  Cypress, TestCafe, CodeceptJS | cypress.json cypress.env.json cypress/plugins/ cypress/support/ .testcaferc.cjs steps_file.js
      codecept.*.js nightwatch.json backstop.json | docs.cypress.io/app/references/configuration
  Storybook | .storybook/ .ladle/ .histoire/ styleguide.config.js | storybook.js.org/docs/configure
  Angular, Nest, Ionic | angular.json .angular-cli.json nest-cli.json ionic.config.json ng-package.json workspace.angular.json |
      angular.dev/reference/configs/workspace-config
  Ember, Meteor, Sails | ember-cli-build.js ember-cli.* .ember-cli .ember-cli.* .meteor/ .sailsrc testem.*.js |
      cli.emberjs.com/release/basic-use/configuration
  Gatsby, Eleventy, Hexo, VuePress, Docusaurus | gatsby-*.js gatsby-*.ts gatsby-*.mjs .eleventy.js .vuepress/ .vitepress/ sidebars.js
      sidebars.ts _config.js | www.gatsbyjs.com/docs/reference/gatsby-project-structure
  Expo, React Native, Capacitor | app.json app.plugin.js eas.json react-native.config.js capacitor.config.json ionic.config.js .expo/ |
      docs.expo.dev/workflow/configuration
  Electron, Tauri, Neutralino | electron-builder.* forge.config.* .electron-builder.* tauri.conf.json tauri.conf.json5 tauri.*.conf.json
      neutralino.config.json electron.vite.config.* | www.electron.build/configuration#afterpack
  parcel, esbuild, snowpack, Farm, Rsbuild | .parcelrc .proxyrc.js esbuild.* build.mjs build.cjs snowpack.config.json rspack.*.js |
      parceljs.org/features/plugins
  Biome, Rome, Oxlint, dprint, Deno lint | biome.json biome.jsonc .biome.json .biome.jsonc rome.json oxlintrc.json dprint.json dprint.jsonc
      .dprint.json .dprint.jsonc .oxfmtrc.json | biomejs.dev/linter/plugins
  ESLint, XO, Standard | .eslintrules/ eslint-rules/ eslint-local-rules/ eslint-local-rules.* eslint.rules.js xo.config.js .eslintplugin/
      .eslintplugin.js | eslint.org/docs/latest/use/configure/plugins
  TSLint, JSHint, JSCS | tslint.json jshint.json jscs.json .jsdoc.json jsdoc.json jsdoc.conf.json typedoc.json typedoc.*js |
      palantir.github.io/tslint/usage/configuration
  markdownlint, remark, textlint | .markdownlint-cli2.* .markdownlint.* .textlint.* .vale/ |
      github.com/DavidAnson/markdownlint-cli2#configuration
  Plop, Hygen, Yeoman, Scaffdog | plopfile.* _templates/ .hygen.js .hygen/ .yo-rc.json .scaffdog/ turbo/generators/ |
      plopjs.com/documentation
  semantic-release, release-it, changesets, np | release.config.* .release-it.* .changeset/config.json .changeset/*.js .auto .np-config.*
      .versionrc .release-please-config.json release-please-config.json conventional-changelog.* |
      semantic-release.gitbook.io/semantic-release/usage/configuration
  npm-check-updates, syncpack, knip, depcheck | .ncurc .ncurc.* knip.ts knip.js knip.json knip.jsonc .knip.json .syncpackrc .depcheckrc |
      github.com/raineorshine/npm-check-updates#configuration-files
  Wallaby, Quokka, Stryker, c8, nyc | wallaby.js wallaby.*.js .quokka stryker.conf.* stryker.*.json .c8rc .nycrc .taprc .tap/ |
      wallabyjs.com/docs/config
  AVA, Jasmine, Mocha, uvu, tap | ava.config.* jasmine.json mocha.opts test/mocha.opts .mocharc .jasmine.json japa.* intern.json |
      github.com/avajs/ava/blob/main/docs/06-configuration.md
  GraphQL Codegen, OpenAPI, Prisma, Drizzle, Knex | codegen.* .openapi-generator/ openapitools.json orval.config.* schema.prisma
      prisma/seed.* knexfile.* ormconfig.* .sequelizerc .mikro-orm.* | the-guild.dev/graphql/codegen/docs/config-reference/codegen-config
  Elm, PureScript, ReScript, Civet, Imba | elm.json elm-tooling.json elm-package.json spago.dhall spago.yaml packages.dhall rescript.json
      bsconfig.json elm-watch.json elm-land.json | rescript-lang.org/docs/manual/latest/build-configuration#ppx-flags
  Size Limit, dependency-cruiser, XO, CSpell | .size-limit.* .dependency-cruiser.* .xo-config.* .cspell.* |
      github.com/sverweij/dependency-cruiser/blob/main/doc/cli.md#--config-use-a-configuration
  Lighthouse CI, Percy, Pa11y, Spectral, Redocly | lighthouserc.* .percy.* .pa11yci .pa11yci.* .spectral.* redocly.yaml redocly.yml
      .redocly.yaml .redocly.yml | docs.stoplight.io/docs/spectral/a781e290eb9f9-custom-functions
  Sanity, Medusa | sanity.cli.* medusa-config.* | www.sanity.io/docs/cli-reference/cli-config
  browsersync, http-server, live-server | bs-config.js bs-config.json .live-server.json .servor serve.json |
      browsersync.io/docs/command-line
  Ghost, Strapi, Keystone, Directus | keystone.* .strapi/ .directus | keystonejs.com/docs/config/config
  Shopify, Zendesk, Salesforce | shopify.app.toml shopify.app.*.toml shopify.theme.toml .shopifyignore zcli.apps.config.json
      sfdx-project.json .sfdx/ .sf/ .zendesk/ | shopify.dev/docs/apps/build/cli-for-apps/app-configuration
`;
