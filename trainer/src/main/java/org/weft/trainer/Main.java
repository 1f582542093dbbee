package org.weft.trainer;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.WeftVersion;
import org.weft.core.storage.LocalDiskException;
import org.weft.core.storage.RefusedAccess;
import org.weft.core.storage.UnreachableStorage;
import org.weft.driver.spark.ExecutorSupply;
import org.weft.driver.spark.SparkLogging;
import org.weft.trainer.commands.DoctorCommand;
import org.weft.trainer.commands.EmbedCommand;
import org.weft.trainer.commands.EvaluateCommand;
import org.weft.trainer.commands.ExampleCommand;
import org.weft.trainer.commands.ExportCommand;
import org.weft.trainer.commands.FillCommand;
import org.weft.trainer.commands.FinetuneCommand;
import org.weft.trainer.commands.GenerateCommand;
import org.weft.trainer.commands.ImportCommand;
import org.weft.trainer.commands.InspectCommand;
import org.weft.trainer.commands.KerberosOptions;
import org.weft.trainer.commands.MembershipCommand;
import org.weft.trainer.commands.PlanCommand;
import org.weft.trainer.commands.PredictCommand;
import org.weft.trainer.commands.PrepareCommand;
import org.weft.trainer.commands.PretrainCommand;
import org.weft.trainer.commands.ProveCommand;
import org.weft.trainer.commands.PruneCommand;
import org.weft.trainer.commands.QuantizeCommand;
import org.weft.trainer.commands.QuickstartCommand;
import org.weft.trainer.commands.ReportCommand;
import org.weft.trainer.commands.RunsCommand;
import org.weft.trainer.commands.ServeCommand;
import org.weft.trainer.commands.SweepCommand;
import org.weft.trainer.commands.TeacherLogitsCommand;
import org.weft.trainer.commands.TuneRateCommand;
import org.weft.trainer.commands.WatchCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Weft's entry, under {@code ./weft} and under {@code spark-submit} alike. */
@Command(
        name = "weft",
        description = "Trains Transformer language models on the Spark cluster you already have.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            QuickstartCommand.class,
            ExampleCommand.class,
            PrepareCommand.class,
            PlanCommand.class,
            PretrainCommand.class,
            TeacherLogitsCommand.class,
            FinetuneCommand.class,
            PredictCommand.class,
            EmbedCommand.class,
            SweepCommand.class,
            TuneRateCommand.class,
            EvaluateCommand.class,
            GenerateCommand.class,
            FillCommand.class,
            ServeCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            MembershipCommand.class,
            PruneCommand.class,
            QuantizeCommand.class,
            RunsCommand.class,
            WatchCommand.class,
            ReportCommand.class,
            InspectCommand.class,
            ProveCommand.class,
            DoctorCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the whole stack of an error.")
    private boolean verbose;

    @Mixin
    private KerberosOptions kerberos;

    private Main() {}

    public static void main(String[] args) throws Exception {
        if (YarnMaster.isHere()) {
            YarnMaster.here().run(args);
        } else {
            System.exit(run(args));
        }
    }

    /** The command that words name, before it runs; null where they name none, or are wrong. */
    static CommandSpec command(String... args) {
        try {
            CommandLine.ParseResult parsed = new CommandLine(new Main())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(args);
            return parsed.hasSubcommand() ? parsed.subcommand().commandSpec() : null;
        } catch (CommandLine.ParameterException e) {
            return null; // Who runs them says what is wrong.
        }
    }

    /** Runs one command and returns its exit status. */
    public static int run(String... args) {
        return run(new PrintWriter(System.err, true), args);
    }

    /**
     * As {@link #run(String...)}.
     *
     * @param err told what went wrong; progress is System.err's
     */
    static int run(PrintWriter err, String... args) {
        Main main = new Main();
        return new CommandLine(main)
                .setErr(err)
                .setExecutionStrategy(parsed -> {
                    if (!main.verbose) {
                        SparkLogging.withoutFailures();
                    }
                    return main.kerberos.loggedIn(
                            parsed.commandSpec().commandLine(), () -> new CommandLine.RunLast().execute(parsed));
                })
                .setExecutionExceptionHandler((failure, line, parsed) -> main.report(failure, line))
                .setParameterExceptionHandler((failure, arguments) -> {
                    err.println("error: " + failure.getMessage());
                    err.println("hint: weft help " + failure.getCommandLine().getCommandName());
                    return ExitStatus.USAGE.code();
                })
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args);
    }

    private int report(Exception failure, CommandLine line) {
        WeftException known = explain(failure);
        PrintWriter err = line.getErr();
        if (known == null) {
            err.println("error: " + describe(failure));
            err.println("hint: --verbose shows where it happened");
        } else {
            err.println("error: " + known.getMessage());
            if (!known.hint().isEmpty()) {
                err.println("hint: " + known.hint());
            }
        }
        if (verbose) {
            StringWriter stack = new StringWriter();
            failure.printStackTrace(new PrintWriter(stack, true));
            err.print(stack);
        }
        err.flush();
        return (known == null ? ExitStatus.FAILED : known.status()).code();
    }

    /** What a person can act on; null where nothing such is known. */
    private static WeftException explain(Exception failure) {
        return Stream.<Function<Exception, WeftException>>of(
                        ExecutorSupply::explain,
                        WeftException::within,
                        RefusedAccess::explain,
                        UnreachableStorage::explain,
                        LocalDiskException::explain)
                .map(explanation -> explanation.apply(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * Message of the failure and of its deepest cause: Hadoop and Spark hide the reason at the bottom. The first line of
     * each: Spark's go on with the stacks of executor and driver.
     */
    static String describe(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String reason = firstLine(deepest.toString());
        if (deepest == failure) {
            return reason;
        }
        String message = firstLine(String.valueOf(failure.getMessage()));
        return message.endsWith(reason) ? message : message + ": " + reason;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").strip();
    }

    /** {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"weft " + WeftVersion.CURRENT};
        }
    }
}
