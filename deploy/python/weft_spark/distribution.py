"""How Weft's jars come into a session: the folder lib/ of an unpacked distribution goes on both class paths."""

import glob
import os
import re

import pyspark
from pyspark.sql import SparkSession

from weft_spark.errors import WeftError

# libtorch counts its own memory: JavaCPP would end the process at the size of Java's heap.
NATIVE = "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0"


def configuration(home=None):
    """Settings of a session that has Weft, as a dictionary.

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
    return {
        "spark.driver.extraClassPath": jars,
        "spark.executor.extraClassPath": jars,
        "spark.driver.extraJavaOptions": NATIVE,
        "spark.executor.extraJavaOptions": NATIVE,
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
    }


def builder(home=None):
    """SparkSession.builder with the settings of configuration(home).

    Java reads its class path once: there must be no session in this process yet.
    """
    if SparkSession.getActiveSession() is not None:
        raise WeftError("a session is there already, without Weft's jars", "stop the process, or restart the notebook's kernel")
    made = SparkSession.builder
    for key, value in configuration(home).items():
        made = made.config(key, value)
    return made


def _require_line(home):
    for jar in glob.glob(os.path.join(home, "spark", "jars", "spark-core_*.jar")):
        built = re.search(r"spark-core_[\d.]+-(.+)\.jar", jar).group(1)
        if built.split(".")[0] != pyspark.__version__.split(".")[0]:
            raise WeftError(
                "%s is Weft for Spark %s, and pyspark is %s" % (home, built, pyspark.__version__),
                "take Weft's distribution for the line of your pyspark",
            )
