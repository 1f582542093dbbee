package org.weft.monitoring.spark;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.ui.UIUtils;
import org.apache.spark.ui.WebUIPage;
import scala.Option;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.xml.Node;
import scala.xml.Unparsed;

/** The tab's one page, as this line of Spark serves pages. What it says is {@link RunPage}'s. */
final class RunTabPage extends WebUIPage {
    private final RunTab tab;
    private final transient Supplier<List<RunHistory>> runs;

    RunTabPage(RunTab tab, Supplier<List<RunHistory>> runs) {
        super("");
        this.tab = tab;
        this.runs = runs;
    }

    @Override
    public Seq<Node> render(HttpServletRequest request) {
        String body = RunPage.render(runs.get(), request.getParameter("run"));
        Seq<Node> content = Nil$.MODULE$.$colon$colon(new Unparsed(body));
        return UIUtils.headerSparkPage(request, "Weft", () -> content, tab, Option.empty(), false, false, false);
    }
}
