/**
 * What compilers and build tools make, and what then runs or is obeyed instead of the source: nobody reviews it. Its
 * kinds are the tools; an agent makes such files with every build.
 */
export const compiledFiles = `
Python
  Python | __pycache__/*.pyc __pycache__/*.nbi __pycache__/*.nbc | docs.python.org/3/reference/import.html#cached-bytecode-invalidation
Cargo
  Cargo | build-script-build build_script_build-* *.rlib *.rmeta | doc.rust-lang.org/cargo/reference/build-cache.html
C and C++
  make, GCC, Clang | *.o *.obj *.a *.so *.dylib *.dll *.gch *.pch *.pcm | gcc.gnu.org/onlinedocs/gcc/Precompiled-Headers.html
Java
  javac, Kotlin, Scala | *.class *.jar *.tasty | javac(1)
  Clojure | .cpcache/ | clojure.org/reference/deps_and_cli#_classpath_caching
Erlang and Elixir
  erlc, mix | *.beam | erlc(1)
JavaScript
  Next.js, Nuxt, SvelteKit, Angular | .next/ .nuxt/ .svelte-kit/ .angular/cache/ .output/server/ |
      nextjs.org/docs/app/api-reference/config/next-config-js/distDir
  Parcel, Turborepo, Nx, Vite | .parcel-cache/ .turbo/ .nx/cache/ .vite/ | parceljs.org/features/development/#caching
  webpack, Babel and others | node_modules/.cache/ node_modules/.vite/ | github.com/sindresorhus/find-cache-dir
  Node.js add-ons | *.node | nodejs.org/api/addons.html
.NET
  NuGet, MSBuild | obj/project.assets.json obj/*.nuget.g.props obj/*.nuget.g.targets |
      learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files
Haskell
  GHC, Cabal, Stack | .stack-work/ dist-newstyle/ *.hi *.dyn_hi | docs.haskellstack.org/en/stable/topics/stack_work
Swift, Zig, Dart and Elm
  Swift | .build/ *.swiftmodule | swift.org/documentation/package-manager
  Zig | .zig-cache/ zig-cache/ zig-out/ | ziglang.org/learn/build-system
  Dart | .dart_tool/ | dart.dev/tools/pub/package-layout#project-specific-caching-for-tools
  Elm | elm-stuff/ | guide.elm-lang.org/install/elm.html
OCaml
  dune, ocamlc | *.cmo *.cmi *.cmx *.cmxs *.cma | ocamlc(1)
Lisps
  SBCL, Racket | *.fasl compiled/*.zo | sbcl(1), compile-file
Ruby
  bootsnap | tmp/cache/bootsnap/ | github.com/Shopify/bootsnap#how-does-this-work
`;
