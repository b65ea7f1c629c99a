/** Build tools and task runners that serve many languages. */
export const buildFiles = `
make files
  make | makefile gnumakefile bsdmakefile makefile.* *.mk *.mak *.make makefile-* kbuild kconfig |
      gnu.org/software/make/manual/html_node/Makefile-Names.html
  just | justfile .justfile *.just justfile.* | just.systems/man/en
task runners
  Task | taskfile.yml taskfile.yaml taskfile.*.yml taskfile.*.yaml taskfile_*.yml .taskrc.yml .taskrc.yaml |
      taskfile.dev/docs/reference/schema
  Rake, Thor, Mage | rakefile rakefile.rb *.rake thorfile *.thor magefile.go magefiles/ | magefile.org/magefiles
  Tilt, Garden, DevSpace, Okteto | tiltfile tilt_config.json garden.yml garden.yaml *.garden.yml devspace.yaml okteto.yml okteto.yaml |
      docs.tilt.dev/tiltfile_concepts.html
  xc, mask, cargo-make, runme, maid | maskfile.md makefile.toml runfile .runme.yaml maidfile tusk.yml robofile.php robo.yml dagger.cue |
      github.com/jacobdeichert/mask#usage
  xmake, premake, GENie, tup, redo | xmake.lua premake5.lua premake4.lua genie.lua tupfile tupfile.lua tuprules.tup tupfile.ini default.do
      all.do | gittup.org/tup/manual.html
  Ninja, Meson, SCons, b2 | build.ninja *.ninja meson.build meson_options.txt meson.options jamfile jamroot jamfile.* jamroot.*
      project-config.jam user-config.jam jambase boost-build.jam | mesonbuild.com/External-commands.html
  Vagrant, Packer | vagrantfile *.pkr.hcl *.pkr.json | developer.hashicorp.com/packer/docs/provisioners
  Zig | build.zig build.zig.zon | ziglang.org/learn/build-system
  scripts to rule them all | script/bootstrap script/setup script/update script/server script/test script/cibuild script/console bin/setup
      bin/dev bin/console bin/update bin/ci autogen.sh bootstrap.sh | github.com/github/scripts-to-rule-them-all
  Nextflow, MLflow | nextflow.config *.nf mlproject | nextflow.io/docs/latest/config.html
  goreman, Ergo, Grip | procfile.options .ergo .griprc | github.com/mattn/goreman
C builds
  CMake | cmakelists.txt *.cmake cmakepresets.json cmakeuserpresets.json cmakecache.txt ctestcustom.cmake ctesttestfile.cmake
      cpackconfig.cmake *.cmake.in cmake-kits.json cmake-variants.yaml cmake-variants.json |
      cmake.org/cmake/help/latest/manual/cmake-presets.7.html
  Autotools | configure configure.ac configure.in aclocal.m4 acinclude.m4 *.ac *.am *.m4 libtoolize config.site config.guess config.sub
      install-sh depcomp ltmain.sh config.status libtool | gnu.org/software/autoconf/manual/autoconf.html
  vcpkg, CPM, Hunter, clib | vcpkg.json vcpkg-configuration.json portfile.cmake clib.json xrepo.lua cget.txt recipes.txt build2.buildfile
      buildfile *.buildfile bootstrap.build root.build | learn.microsoft.com/vcpkg/reference/vcpkg-json
  gyp, GN | .gn build.gn *.gn *.gni *.gyp gyp_* | gn.googlesource.com/gn/+/main/docs/reference.md#exec_script
  clang tools, include-what-you-use | .clang-tidy .iwyu.imp .include-what-you-use | clang.llvm.org/extra/clang-tidy
  cppcheck, lint plugins | *.cppcheck .cppcheck-suppress .astylerc .indent.pro uncrustify.cfg cpplint.cfg |
      cppcheck.sourceforge.io/manual.pdf
  ccache, distcc, sccache | ccache.conf .ccache/ccache.conf .distcc/ .sccache/ | ccache.dev/manual/latest.html#_configuration
  gcc specs, linker scripts, plugins | specs *.specs | gcc.gnu.org/onlinedocs/gcc/Spec-Files.html
  lcov, gcovr | .lcovrc lcovrc gcovr.cfg gcovr.toml | gcovr.com/en/stable/guide/configuration.html
  Doxygen | doxyfile doxyfile.* *.doxyfile | www.doxygen.nl/manual/config.html#cfg_input_filter
  embedded | mbed_app.json mbed-os.lib sdkconfig sdkconfig.defaults idf_component.yml *.ioc *.uvprojx *.ewp prj.conf |
      docs.espressif.com/projects/esp-idf/en/latest/esp32/api-guides/build-system.html
Bazel builds
  Bazel | .bazelrc user.bazelrc *.bazelrc .bazelproject workspace workspace.bazel workspace.bzlmod module.bazel repo.bazel build build.bazel
      *.bzl *.bazel tools/bazel .bazelignore | bazel.build/run/bazelrc
  Buck | .buckconfig .buckconfig.* .buckjavaargs .buckrepo buck buck.v2 targets targets.v2 package.buck *.buck .buckversion |
      buck2.build/docs/concepts/buckconfig
  Pants | pants.toml pants.ini pants.*.toml .pants.rc .pants.bootstrap build.pants |
      www.pantsbuild.org/stable/docs/using-pants/key-concepts/options
  Please, Blueprint, Soong | .plzconfig .plzconfig.* .plzconfig_* *.build_defs *.build android.bp android.mk blueprints |
      please.build/config.html
  pleasew, bazelw | pleasew bazelw bazelisk pants pantsw | please.build/quickstart.html
documents
  pandoc, Quarto, R Markdown, Jupyter Book | _quarto.yml _quarto.yaml _quarto-*.yml _bookdown.yml _site.yml _output.yml _metadata.yml
      _extensions/ _toc.yml myst.yml .pandoc/ defaults.yaml | quarto.org/docs/projects/scripts.html
  Jekyll, Hugo, Zola, Pelican | _config.yml _config.yaml _plugins/ hugo.toml hugo.yaml hugo.json config/_default/ pelicanconf.py
      publishconf.py zola.toml _hugo/ | jekyllrb.com/docs/plugins/installation
  mdBook, Antora, Asciidoctor, Docsify | book.toml antora.yml antora-playbook.yml .asciidoctorconfig .asciidoctorconfig.adoc book.json
      gitbook.yaml .gitbook.yaml | rust-lang.github.io/mdBook/format/configuration/preprocessors.html
  Vale, proselint, codespell, cspell | .vale.ini _vale.ini .codespellrc .cspell.json cspell.json cspell.*.json cspell.yaml .cspell.yaml
      .typos.toml typos.toml _typos.toml .spellcheck.yml | cspell.org/docs/Configuration
  Typst, ConTeXt, TeX | typst.toml *.latexmkrc | github.com/typst/packages/blob/main/docs/manifest.md
  Org | org-publish.el publish.el build-site.el .org-id-locations | orgmode.org/manual/Publishing.html
`;
