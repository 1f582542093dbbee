package org.weft.trainer.commands;

import org.weft.driver.plan.Budget;
import org.weft.driver.plan.ExecutorMemory;
import org.weft.driver.plan.Forecast;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.plan.ScalingLaw;
import org.weft.driver.plan.ServerMemory;
import org.weft.driver.plan.StepTime;
import org.weft.driver.plan.Traffic;
import org.weft.driver.plan.WorkerMemory;

/** A forecast as the closing JSON object. */
final class PlanSummary {
    private PlanSummary() {}

    static Summary of(Forecast forecast, Budget budget) {
        Summary summary = new Summary("plan")
                .put("parameters", forecast.parameters())
                .put("embedding_parameters", forecast.embeddingParameters())
                .put("block_parameters", forecast.blockParameters())
                .put("vocab_size", forecast.shape().vocabSize());
        memory(summary, forecast);
        step(summary, forecast);
        budget(summary, forecast, budget);
        return summary.put("warnings", String.join("\n", forecast.warnings()));
    }

    private static void memory(Summary summary, Forecast forecast) {
        MemoryModel memory = forecast.memory();
        long heap = memory.executorHeap();
        WorkerMemory worker = memory.worker();
        ServerMemory server = memory.server(heap);
        summary.put("worker_replica_bytes", worker.replica())
                .put("worker_activation_bytes", worker.activations())
                .put("worker_host_bytes", worker.host())
                .put("server_heap_bytes", server.heap())
                .put("server_direct_bytes", server.direct());
        ExecutorMemory executor =
                forecast.executors() > 0 ? memory.executor(forecast.executors(), heap) : memory.executor(1, 1, heap);
        summary.put("executor_heap_bytes", executor.heap())
                .put("executor_heap_needed_bytes", executor.heapNeeded())
                .put("executor_overhead_bytes", executor.overhead())
                .put("executor_resident_bytes", executor.resident());
        ExecutorMemory alone = memory.executor(1, 0, heap);
        summary.put("worker_process_bytes", alone.overhead() + alone.heapNeeded());
    }

    private static void step(Summary summary, Forecast forecast) {
        Traffic traffic = forecast.traffic();
        StepTime time = forecast.time();
        summary.put("worker_pull_bytes", traffic.workerPull())
                .put("worker_push_bytes", traffic.workerPush())
                .put("server_in_bytes", traffic.serverIn())
                .put("server_out_bytes", traffic.serverOut())
                .put("backup_bytes", traffic.backup())
                .number("peak_gflops", forecast.peaks().flops() / 1e9)
                .number("copy_gbytes_per_second", forecast.peaks().copyBytes() / 1e9)
                .number("step_flops", forecast.stepFlops())
                .number("step_millis", 1000 * time.total())
                .number("compute_millis", 1000 * time.compute())
                .number("products_millis", 1000 * time.products())
                .number("elementwise_millis", 1000 * time.elementwise())
                .number("dispatch_millis", 1000 * time.dispatch())
                .number("tokens_per_second", forecast.tokensPerSecond())
                .number("mfu", forecast.utilisation());
    }

    private static void budget(Summary summary, Forecast forecast, Budget budget) {
        ScalingLaw law = ScalingLaw.CHINCHILLA;
        ScalingLaw.Allocation here = new ScalingLaw.Allocation(forecast.parameters(), budget.tokens());
        ScalingLaw.Allocation best = law.best(here.compute());
        ScalingLaw.Allocation ratio = ScalingLaw.byRatio(here.compute());
        summary.number("tokens", budget.tokens())
                .number("hours", budget.hours(forecast.tokensPerSecond()))
                .number("cost", budget.cost(forecast.tokensPerSecond()))
                .number("law_loss", law.loss(here))
                .number("law_best_parameters", best.parameters())
                .number("law_best_tokens", best.tokens())
                .number("law_best_loss", law.loss(best))
                .number("law_ratio_parameters", ratio.parameters())
                .number("law_ratio_tokens", ratio.tokens());
    }
}
