#include "gateway/intake/http/handlers.h"
#include "gateway/intake/http/problem.h"

namespace yht::http {

base::Result<Answer> getHealth(Services&, const Request&) {
    Answer answer;
    answer.body = R"({"status":"ok"})";
    return answer;
}

base::Result<Answer> getReadiness(Services& services, const Request&) {
    rapidjson::StringBuffer text;
    JsonWriter out(text);
    bool ready = true;
    out.StartObject();
    out.Key("checks");
    out.StartArray();
    for (const auto& check : services.readiness) {
        const auto status = check.check();
        ready = ready && status.ok();
        out.StartObject();
        json::writeText(out, "name", check.name);
        out.Key("ok");
        out.Bool(status.ok());
        if (!status) json::writeText(out, "code", status.error().row().wire);
        out.EndObject();
    }
    out.EndArray();
    out.Key("ready");
    out.Bool(ready);
    out.EndObject();
    return jsonAnswer(text, ready ? 200 : 503);
}

base::Result<Answer> getMetrics(Services& services, const Request&) {
    services.metrics.setLedger(services.store.counters());
    services.metrics.setAdmission(services.admission.counters());
    services.metrics.setLongPolls(services.long_polls.count());
    services.before_scrape();
    Answer answer;
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = services.metrics.text();
    return answer;
}

}  // namespace yht::http
