/** Java, Kotlin, Groovy, Scala, Clojure, Android, and .NET. */
export const jvmFiles = `
Gradle wrapper
  Gradle | gradlew gradlew.bat gradle/wrapper/ | docs.gradle.org/current/userguide/gradle_wrapper.html
Gradle builds
  Gradle | *.gradle *.gradle.kts *.gradle.dcl gradle.properties init.gradle init.d/*.gradle buildsrc/ build-logic/ gradle/*.toml
      gradle/*.properties gradle/*.xml .gradle/config.properties .gradle/*.gradle gradle-daemon-jvm.properties local.properties |
      docs.gradle.org/current/userguide/init_scripts.html
  Android | lint.xml keystore.properties | developer.android.com/build
Maven builds
  Maven | pom.xml pom.yaml *.pom mvnw mvnw.cmd .mvn/ maven.config jvm.config .mavenrc settings-security.xml extensions.xml polyglot.xml
      pom.kts pom.groovy | maven.apache.org/configure.html
  Maven settings | settings.xml toolchains.xml | maven.apache.org/settings.html
JVM builds
  Ant, Ivy | build.xml ivy.xml ivysettings.xml build.properties *.ant .antrc | ant.apache.org/manual/using.html
  sbt | build.sbt *.sbt project/*.scala project/build.properties project/*.sbt .sbtopts .jvmopts .sbtrc sbt .sbtconfig project/metals.sbt |
      www.scala-sbt.org/1.x/docs/Command-Line-Reference.html
  Mill, Scala CLI, Bleep, Ammonite | build.sc build.mill *.mill mill mill.bat .mill-version .mill-opts .mill-jvm-opts .mill-jvm-version
      project.scala .scala-build/ bleep.yaml .scalafix.conf .scalafmt.conf predef.sc | mill-build.org/mill/cli/installation-ide.html
  Clojure | deps.edn project.clj profiles.clj .lein-env build.clj user.clj shadow-cljs.edn .shadow-cljs/config.edn .nrepl.edn nrepl.edn
      bb.edn figwheel-main.edn *.cljs.edn build.boot profile.boot boot.properties .boot.properties tests.edn .clj-kondo/ .clojure-lsp/ .lsp/
      .cljfmt.edn .cljstyle dev.cljs.edn data_readers.clj data_readers.cljc .calva/ .cljrc | clojure.org/reference/clojure_cli
  Kotlin, Groovy, JBang | amper module.yaml *.main.kts jbang-catalog.json .jbang/ jbang groovysh.rc detekt.yml detekt.yaml .kotlinc/
      ktlint.yml | www.jbang.dev/documentation/jbang/latest/alias_catalogs.html
  Java options | .jdk_java_options jdk_java_options *.argfile .hotspotrc .hotspot_compiler |
      docs.oracle.com/en/java/javase/21/docs/specs/man/java.html#using-the-jdk_java_options-launcher-environment-variable
  annotation processors, agents | meta-inf/services/ meta-inf/spring.factories meta-inf/maven/ meta-inf/*.kotlin_module |
      docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/ServiceLoader.html
  Checkstyle, PMD, SpotBugs, Error Prone | checkstyle.xml pmd.xml spotbugs.xml spotbugs-exclude.xml .errorprone/ rewrite.yml .openrewrite/ |
      docs.openrewrite.org/reference/yaml-format-reference
  TestNG, JUnit, Cucumber | testng.xml junit-platform.properties cucumber.properties allure.properties arquillian.xml |
      junit.org/junit5/docs/current/user-guide/#extensions-registration-automatic
  REPLs | .jshellrc startup.jsh .groovysh .scalarc .kotlin_repl .rebel_readline_history rebel_readline.edn |
      docs.oracle.com/en/java/javase/21/jshell
.NET builds
  MSBuild | *.sln *.slnx *.slnf *.csproj *.fsproj *.vbproj *.vcxproj *.vcproj *.sqlproj *.shproj *.wixproj *.proj *.projitems *.pyproj
      *.njsproj *.esproj *.nativeproj *.dcproj *.ccproj *.wapproj *.xproj *.props *.targets *.tasks *proj.user *.suo *.rsp
      directory.build.rsp msbuild.rsp directory.solution.props *.overridetasks |
      learn.microsoft.com/visualstudio/msbuild/customize-by-directory
  Visual Studio | .vs/ launchsettings.json *.runsettings *.testsettings .vsconfig launch.vs.json tasks.vs.json cppproperties.json
      *.vsixmanifest *.ruleset *.tt *.t4 *.natvis | learn.microsoft.com/visualstudio/ide/customize-build-and-debug-tasks-in-visual-studio
  .NET CLI | global.json dotnet-tools.json .config/dotnet-tools.json *.deps.json *.runtimeconfig.json runtimeconfig.template.json
      dotnet.config .globalconfig *.globalconfig *.runtimeconfig.template.json | learn.microsoft.com/dotnet/core/tools/global-json
  NuGet | nuget.config nuget.exe packages.config *.nuspec init.ps1 install.ps1 uninstall.ps1 paket.dependencies paket.references .paket/ |
      learn.microsoft.com/nuget/reference/nuget-config-file
  Cake, FAKE, NUKE, psake | *.cake build.fsx .nuke/ .nuke psakefile.ps1 build.ps1 *.build.ps1 .build.ps1 default.ps1 requirements.psd1
      pssscriptanalyzersettings.psd1 omnisharp.csx | cakebuild.net/docs/running-builds
  web and desktop apps | web.config app.config *.exe.config *.dll.config machine.config *.exe.manifest *.exe.local web.*.config libman.json
      bundleconfig.json compilerconfig.json stryker-config.json coverlet.runsettings xunit.runner.json |
      learn.microsoft.com/dotnet/framework/configure-apps
`;
