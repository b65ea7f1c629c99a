/** Python: what its programs import or obey when they start in a folder. */
export const pythonFiles = `
Python environments
  venv | pyvenv.cfg | docs.python.org/3/library/venv.html#how-venvs-work
  site | sitecustomize.py usercustomize.py *.pth *.start *._pth pybuilddir.txt | docs.python.org/3/library/site.html
  virtualenv | activate_this.py .venv pythonstartup.py | virtualenv.pypa.io/en/latest/user_guide.html#activators
  Python | .pythonrc .pythonrc.py .python_startup.py pythonrc.py .python_history .ptpython/ .bpython/ __pycache__/sitecustomize.* |
      docs.python.org/3/using/cmdline.html#envvar-PYTHONSTARTUP
  IPython, Jupyter | .ipython/ ipython_config.py ipython_kernel_config.py profile_default/ jupyter_*_config.py jupyter_*_config.json
      jupyter_config.py jupyter_config.json .jupyter/ kernel.json | ipython.readthedocs.io/en/stable/config/intro.html
  conda, mamba, pixi | .condarc condarc environment.yml environment.yaml conda.yaml pixi.toml .pixi/ conda-project.yml anaconda-project.yml
      .mambarc conda-meta/ etc/conda/activate.d/ | docs.conda.io/projects/conda/en/stable/user-guide/configuration/use-condarc.html
  # Python takes a module of these before its source, or without one; it makes none of them by itself
  Python modules | *.pyc *.pyo *.pyd *-linux-gnu.so *-linux-musl.so *-darwin.so *.abi3.so __pycache__ |
      docs.python.org/3/library/importlib.html#importlib.machinery.SourcelessFileLoader
  Pipenv | pipfile | pipenv.pypa.io/en/latest/scripts.html
  Poetry, PDM, Hatch, uv, Rye | poetry.toml pdm.toml .pdm.toml .pdm-python pdm_build.py hatch.toml hatch_build.py uv.toml .rye/
      .pdm-plugins/ build_hooks.py | docs.astral.sh/uv/concepts/configuration-files
  pip | pip.conf pip.ini .pip/ requirements.txt requirements-*.txt requirements*.in constraints.txt |
      pip.pypa.io/en/stable/topics/configuration
  PyPI uploads | .pypirc | packaging.python.org/en/latest/specifications/pypirc
.venv/bin
  venv | .venv/bin/ venv/bin/ .env/bin/ env/bin/ .venv/scripts/ venv/scripts/ env/scripts/ .virtualenv/bin/ virtualenv/bin/ .tox/*/bin/
      .nox/*/bin/ .direnv/*/bin/ | docs.python.org/3/library/venv.html#how-venvs-work
Python builds and tests
  setuptools | setup.py setup.cfg ez_setup.py distribute_setup.py manifest.in | setuptools.pypa.io/en/latest/userguide/quickstart.html
  build backends | pyproject.toml flit.ini | packaging.python.org/en/latest/specifications/pyproject-toml
  pytest | conftest.py pytest.ini .pytest.ini pytest.toml .pytest.toml | docs.pytest.org/en/stable/reference/customize.html
  tox, Nox | tox.ini tox.toml toxfile.py noxfile.py .tox-config | tox.wiki/en/latest/plugin/getting_started.html
  unittest, nose, ward, behave, Robot | .noserc nose.cfg unittest.cfg behave.ini .behaverc robot.toml .robot.toml robot.yaml robocop.toml
      .robocop slash.ini | behave.readthedocs.io/en/stable/behave.html
  Coverage.py | .coveragerc coveragerc.toml .coveragerc.toml | coverage.readthedocs.io/en/latest/config.html#config-run-plugins
  mypy | mypy.ini .mypy.ini | mypy.readthedocs.io/en/stable/extending_mypy.html
  Pylint | .pylintrc pylintrc pylintrc.toml .pylintrc.toml |
      pylint.readthedocs.io/en/stable/user_guide/configuration/all-options.html#init-hook
  Flake8, isort, Black, Ruff, Bandit | .flake8 .isort.cfg ruff.toml .ruff.toml .bandit bandit.yaml .prospector.yaml .landscape.yml
      prospector.yml .pydocstyle .yapfignore .style.yapf | flake8.pycqa.org/en/latest/user/configuration.html#using-local-plugins
  Hypothesis, mutmut, cosmic-ray | mutmut_config.py .mutmut-config cosmic-ray.toml .hypothesis/ | mutmut.readthedocs.io/en/latest
  Fabric, Invoke, doit, Paver, Celery | fabfile.py tasks.py dodo.py pavement.py invoke.yaml invoke.py invoke.yml fabric.yaml celeryconfig.py
      duties.py | docs.pyinvoke.org/en/stable/concepts/loading.html
  Django, Flask, FastAPI | manage.py wsgi.py asgi.py gunicorn.conf.py gunicorn_config.py uwsgi.ini hypercorn.toml .uwsgi.ini |
      docs.gunicorn.org/en/stable/configure.html
  Sphinx | conf.py | www.sphinx-doc.org/en/master/usage/configuration.html
  MkDocs | mkdocs.yml mkdocs.yaml mkdocs_hooks.py | www.mkdocs.org/user-guide/configuration/#hooks
  Ansible | ansible.cfg playbook.yml playbook.yaml site.yml .ansible.cfg .ansible/ .ansible-lint .ansible-lint.yml ansible-navigator.yml
      ansible-navigator.yaml filter_plugins/ action_plugins/ callback_plugins/ lookup_plugins/ molecule.yml group_vars/ host_vars/
      inventory.ini tasks/main.yml handlers/main.yml vars/main.yml defaults/main.yml meta/main.yml |
      docs.ansible.com/ansible/latest/reference_appendices/config.html
  Salt, Buildbot, SCons, waf | saltfile master.cfg sconstruct sconstruct.py sconscript site_scons/ wscript waf waftools/ .lock-waf* |
      scons.org/doc/production/HTML/scons-user.html
  Snakemake, Luigi, Airflow, dbt, Dagster, Prefect | snakefile *.smk luigi.cfg luigi.toml airflow.cfg airflow_local_settings.py
      webserver_config.py dbt_project.yml profiles.yml workspace.yaml dagster.yaml prefect.toml prefect.yaml kedro.yml .kedro.yml |
      snakemake.readthedocs.io/en/stable/executing/cli.html
  Alembic, Cookiecutter, Copier | alembic.ini alembic/env.py migrations/env.py cookiecutter.json copier.yml copier.yaml pre_gen_project.py
      post_gen_project.py pre_gen_project.sh post_gen_project.sh .copier-answers.yml | copier.readthedocs.io/en/stable/configuring
  Cython, cffi, SWIG, Nuitka, PyInstaller | *.spec *.pyxbld nuitka-project.cfg |
      cython.readthedocs.io/en/latest/src/userguide/source_files_and_compilation.html
  Streamlit, Gradio, Panel, Chainlit | .streamlit/ .chainlit/ | docs.streamlit.io/develop/concepts/configuration/options
  Scrapy, Locust, Luigi | scrapy.cfg locustfile.py locust.conf | docs.scrapy.org/en/latest/topics/commands.html#configuration-settings
  Conan | conanfile.py conanfile.txt conan.conf .conanrc conanws.py conanws.yml global.conf profiles/default |
      docs.conan.io/2/reference/conanfile.html
  Briefcase, Buildozer, Kivy, PyScript | buildozer.spec .buildozer/ | buildozer.readthedocs.io/en/latest/specifications.html
  Meltano, Great Expectations, SQLFluff | meltano.yml great_expectations.yml .sqlfluff .sqlfluff.toml |
      docs.sqlfluff.com/en/stable/configuration/setting_configuration.html
`;
