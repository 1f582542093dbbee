"""How Weft's jars come into a session: the folder lib/ of an unpacked distribution goes on both class paths."""

import glob
import os
import re

import pyspark
from py4j.java_gateway import JavaClass
from pyspark import SparkContext
from pyspark.find_spark_home import _find_spark_home
from pyspark.sql import SparkSession

from weft_spark.errors import WeftError

# libtorch counts its own memory: JavaCPP would end the process at the size of Java's heap.
NATIVE = "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0"


def configuration(home=None):
    """Settings of a session that has Weft, as a dictionary. What spark-defaults.conf says of the same keys goes on after it.

    home: an unpacked weft-<version>-<line>.tar.gz, at this path on every machine; the variable WEFT_HOME where it is None.
    """
    home = home or os.environ.get("WEFT_HOME")
    if not home:
        raise WeftError("home is not given and WEFT_HOME is not set", "unpack Weft's distribution and name its folder")
    home = os.path.abspath(home)
    if not glob.glob(os.path.join(home, "lib", "weft-tuning-*.jar")):
        raise WeftError("%s has no lib/weft-tuning-*.jar" % home, "name the folder of an unpacked distribution of Weft")
    _require_line(home)
    jars = os.path.join(home, "lib", "*")
    settings = {"spark.executorEnv.OMP_NUM_THREADS": "1", "spark.executorEnv.OPENBLAS_NUM_THREADS": "1"}
    defaults = _defaults()
    for role in ("driver", "executor"):
        # Java's options of a session's own (extraJavaOptions) come after these and are left alone.
        for key, value, separator in (("extraClassPath", jars, os.pathsep), ("defaultJavaOptions", NATIVE, " ")):
            name = "spark.%s.%s" % (role, key)
            settings[name] = separator.join(filter(None, [value, defaults.get(name)]))
    return settings


def builder(home=None):
    """SparkSession.builder with the settings of configuration(home); where a session with Weft's jars runs, that one's.

    Java reads its class path once: a process whose Java started without the jars cannot get them.
    """
    settings = configuration(home)
    if SparkContext._jvm is not None:
        require_jars()
    made = SparkSession.builder
    if SparkSession.getActiveSession() is None:
        for key, value in settings.items():
            made = made.config(key, value)
    return made


def require_jars():
    """Refuses a running Java that has no Weft on its class path."""
    jvm = SparkContext._jvm
    if jvm is None:
        raise WeftError("no Spark session has been started", "start one: weft_spark.builder(home).getOrCreate()")
    if not isinstance(jvm.org.weft.tuning.ml.WeftClassifier, JavaClass):
        raise WeftError(
            "this process started Java without Weft's jars",
            "restart the notebook's kernel, and make the first session by weft_spark.builder(home)",
        )


def _defaults():
    """spark-defaults.conf as Spark would read it: a key, then blanks or an equals sign or a colon, then its value."""
    folder = os.environ.get("SPARK_CONF_DIR") or os.path.join(_find_spark_home(), "conf")
    try:
        with open(os.path.join(folder, "spark-defaults.conf"), encoding="utf-8") as lines:
            pairs = [re.match(r"\s*([^\s#!=:]+)\s*[=:\s]\s*(.*?)\s*$", line) for line in lines]
    except FileNotFoundError:
        return {}
    return {pair.group(1): pair.group(2) for pair in pairs if pair}


def _require_line(home):
    try:
        with open(os.path.join(home, "LINE"), encoding="utf-8") as file:
            line = file.read().strip()
    except FileNotFoundError:
        raise WeftError("%s has no file LINE" % home, "name the folder of an unpacked distribution of Weft") from None
    if line != pyspark.__version__.split(".")[0]:
        raise WeftError(
            "%s is Weft for Spark %s, and pyspark is %s" % (home, line, pyspark.__version__),
            "take Weft's distribution for the line of your pyspark",
        )
