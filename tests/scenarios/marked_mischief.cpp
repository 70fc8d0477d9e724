// What is wrong and full of marks, by every way in: records, questions, envelopes, items. None of it becomes a record; what of it
// waits in quarantine is the gateway's from then on.
#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>

#include "gateway/base/clock.h"
#include "gateway/json/json.h"
#include "tests/scenarios/marked_world.h"
#include "tests/scenarios/samples.h"
#include "tools/speaker/soap_message.h"

namespace yht::scenarios {
namespace {

constexpr const char* kMessages = "/v1/sources/zz-marked/messages";

/// Digits are a version, and a telephone's number is one of whatever length.
bool isLegal(const std::string& field, const std::string& what) { return what != "name" && (field == "version" || field == "contact_phone"); }

void replace(std::string& text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(std::string::npos, at) << from;
    text.replace(at, from.size(), to);
}

}  // namespace

void MarkedWorld::badRecords() {
    const Citizen& who = of("refused");
    auto hotline = federation.partner("hotline-12315");
    const auto refused = [&](const Reply& reply) {
        EXPECT_GE(reply.status, 400) << reply.body;
        EXPECT_LT(reply.status, 500) << reply.body;
        said("rest answer", reply);
    };
    // Each field that is judged by more than its presence, with a datum in it.
    for (const char* field : {"channel", "appeal_type", "handling_way", "urgency", "area_code", "is_secret", "event_time", "appeal_time", "version", "id_type",
                              "caller_gender", "accepting_region", "group_count", "longitude", "recording_digest", "contact_phone", "op", "kind", "source"}) {
        for (const char* what : {"name", "mobile", "id_number"}) {
            if (isLegal(field, what)) continue;
            SCOPED_TRACE(std::string(field) + " " + what);
            refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false, field, who[what])));
        }
    }
    refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false, "title", who.words() + who.words())));
    refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false, "other_refs", "[\"" + who["name"] + who["mobile"] + "\"]")));
    refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false, "ticket_no", who["mobile"])));
    // Names of members are what a caller wrote as well.
    for (const char* what : {"name", "mobile", "id_number", "email", "plate"}) refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false, who[what], "x")));
    // What is no record, and no JSON.
    refused(hotline.post("/v1/records", "{\"title\":\"" + who.words()));
    refused(hotline.post("/v1/records", "\"" + who.words() + "\""));
    refused(hotline.post("/v1/records", who["mobile"]));
    refused(hotline.post("/v1/records", inCharset(appealOf("refused", "zz-12315", false), "GBK")));
    refused(hotline.post("/v1/records", "{\"" + who["mobile"] + "\":1,\"" + who["mobile"] + "\":2}"));
    refused(hotline.post("/v1/records", appealOf("refused", "zz-12315", false), "text/" + who["mobile"]));
    refused(hotline.post("/v1/attachments", who.words(), "image/png"));
    refused(hotline.post("/v1/attachments", who.words(), "application/" + who["mobile"]));
    // One of many: each is answered on its own.
    const auto batch = hotline.post("/v1/records", arrayOf({appealOf("refused", "zz-12315", false, "urgency", who["name"]), appealOf("refused", "zz-12315", false, "channel", who["mobile"])}));
    EXPECT_EQ(200, batch.status);
    said("rest answer", batch);
    // Another content under an identity that is taken; the secret one's, from somebody else.
    const auto conflict = hotline.post("/v1/records", appealOf("open", "zz-12315", false, "content", who.words()));
    EXPECT_EQ(409, conflict.status) << conflict.body;
    said("rest answer", conflict);
    refused(federation.partner("police-110").post("/v1/records", appealOf("secret", "zz-12315", true)));
    // A signature over something else: the body is never looked into.
    const std::string honest = appealOf("outside", "zz-12315", false);
    refused(hotline.postSpoiled("/v1/records", honest, [](trust::HttpHead&, std::string& body) { body[body.size() - 2] ^= 1; }));
    refused(hotline.postSpoiled("/v1/records", honest, [&](trust::HttpHead& head, std::string&) { head.set("content-type", "application/json; name=" + of("outside")["mobile"]); }));
    refused(hotline.postSpoiled("/v1/records", honest, [&](trust::HttpHead& head, std::string&) { head.set("signature-input", "yht=(\"" + of("outside")["mobile"] + "\")"); }));
    refused(hotline.postSpoiled("/v1/records", honest, [&](trust::HttpHead& head, std::string&) { head.set("content-digest", "sha-256=:" + of("outside")["mobile"] + ":"); }));
}

/// Questions with somebody's data where a number belongs.
void MarkedWorld::badQuestions() {
    const Citizen& who = of("asked");
    auto hotline = federation.partner("hotline-12315");
    for (const char* what : {"name", "mobile", "id_number", "email", "plate"}) {
        const std::string datum = percentEncoded(who[what]);
        for (const std::string& path :
             {"/v1/tickets/" + datum, "/v1/tickets?source=zz-12315&ticket_ref=" + datum, "/v1/tickets?source=" + datum + "&ticket_ref=1", "/v1/tickets?" + datum + "=1",
              "/v1/receipts/" + datum, "/v1/codes/" + datum, "/v1/changes?after=" + datum, "/v1/changes?after=0&limit=" + datum, "/v1/proof?seq=" + datum + "&size=" + datum,
              "/v1/attachments/" + datum, "/v1/schema/" + datum, "/v1/" + datum, "/" + datum, "/soap/v1?" + datum}) {
            said("rest answer", hotline.get(path));
        }
        said("rest answer", hotline.post("/v1/sources/" + datum + "/messages", "{}"));
        said("rest answer", hotline.post("/v1/records?" + datum + "=" + datum, "{}"));
        answers_.push_back({"admin answer", federation.askAdmin("/" + datum).body});
        answers_.push_back({"channel answer", call("/" + datum, "{}", datum).body});
    }
}

void MarkedWorld::badEnvelopes() {
    const Citizen& who = of("refused");
    auto hotline = federation.partner("hotline-12315");
    const base::SystemClock clock;
    const auto send = [&](const std::string& envelope) {
        const auto reply = hotline.send(speaker::kSoapPath, envelope, speaker::kSoapContentType);
        EXPECT_NE(0, reply.status);
        said("soap fault", reply);
    };
    const auto envelopeOf = [&](const std::string& record) {
        const auto made = speaker::submitRecordEnvelope({record}, hotline.key(), clock.nowMillis());
        EXPECT_TRUE(made.ok());
        return made.ok() ? *made : "";
    };
    for (const char* field : {"channel", "area_code", "event_time", "version", "contact_phone", "source"}) {
        for (const char* what : {"name", "mobile", "id_number"}) {
            if (isLegal(field, what)) continue;
            send(envelopeOf(appealOf("refused", "zz-12315", false, field, who[what])));
        }
    }
    send(envelopeOf(appealOf("secret", "zz-12315", true, "content", who.words())));  // a conflict
    // Signed, then changed.
    std::string changed = envelopeOf(appealOf("outside", "zz-12315", false));
    replace(changed, of("outside")["name"], of("asked")["name"]);
    send(changed);
    std::string broken = envelopeOf(appealOf("outside", "zz-12315", false));
    send(broken.substr(0, broken.find(of("outside")["id_number"]) + 30));
    replace(broken, "<s:Envelope", "<!DOCTYPE x [<!ENTITY p \"" + of("outside")["mobile"] + "\">]><s:Envelope");
    send(broken);
    const auto bare = [](const std::string& body) {
        return "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" + body + "</s:Body></s:Envelope>";
    };
    send(bare("<SubmitRecord><x>" + who.words() + "</x></SubmitRecord>"));
    send(bare("<" + who["name"] + " a=\"" + who["mobile"] + "\"/>"));
    send(who.words());
}

void MarkedWorld::badItems() {
    const Citizen& who = of("waiting");
    auto police = federation.partner("police-110");
    const auto item_of = [&](const std::string& from, const std::string& to) {
        std::string text = item("waiting", false);
        replace(text, from, to);
        return text;
    };
    std::vector<std::string> items{
        item_of(R"("TYPE":"投诉")", R"("TYPE":")" + who["name"] + "\""),            // a code that nobody knows
        item_of(R"("TYPE":"投诉")", R"("TYPE":")" + who["mobile"] + "\""),
        item_of("2026-03-02 09:15:00", who["mobile"]),                              // no time
        item_of(R"("VER":"1")", R"("VER":")" + who["name"] + "\""),                 // no version
        item_of(R"("SECRET":"0")", R"("SECRET":")" + who["name"] + "\""),           // no flag
        item_of(R"("PHONE":")" + who["mobile"], R"("PHONE":")" + who["name"]),      // no phone
        item("strange", false, ",\"" + of("strange")["mobile"] + "\":\"" + of("strange")["name"] + "\""),  // a member that nobody knows: taken, and told
        "{\"NO\":\"X-broken\",\"TEXT\":\"" + who.words() + "\n",                     // no JSON
        inCharset(item("waiting", false), "GBK"),                                   // not the charset that was agreed
        who.words() + "\n"};
    for (const auto& text : items) {
        const auto reply = police.post(kMessages, text);
        EXPECT_NE(0, reply.status);
        said("source answer", reply);
        answers_.push_back({"channel answer", call("/marked/push", text, "push-token-1").body});
        answers_.push_back({"channel answer", call("/marked/push?note=" + percentEncoded(who["mobile"]), text, "wrong" + who["mobile"]).body});
    }
    // Other content under an identity that is taken.
    std::string conflict = item("pulled", false);
    replace(conflict, "反映噪声", who["name"]);
    said("source answer", police.post(kMessages, conflict));
    // The same by the folder, in files that are called as people call them.
    int number = 0;
    for (const auto& text : items) pull(who["name"] + who["mobile"] + "_" + std::to_string(number++) + ".json", text);
    Federation::waitUntil("everything that was said is counted", [&] {
        const auto all = json::parse(federation.yht({"sources", "list", "--json"}).output);
        // By three ways each, the two that were pulled well, and the conflict.
        return all.ok() && !all->Empty() && std::stoul(json::textMember((*all)[0]["today"], "received")) >= 3 * items.size() + 3;
    });
    // A far side that names what it does not like by its value, and whatever is in it.
    EXPECT_EQ(200, federation.tellProvince("/misbehave", R"({"refuse_where":{"field":"JLBH","value":"A-thrown"},"refuse_code":"2003","refuse_field":")" + of("echo").words() + "\"}").status);
    auto hotline = federation.partner("hotline-12315");
    std::string thrown = appealOf("echo", "zz-12315", false);
    replace(thrown, "A-echo", "A-thrown");
    EXPECT_EQ(201, hotline.post("/v1/records", thrown).status);
    Federation::waitUntil("the province has refused it", [&] { return federation.yht({"deliveries", "--json"}).output.find("\"peer_code\":\"2003\"") != std::string::npos; });
    EXPECT_EQ(200, federation.tellProvince("/misbehave", R"({"refuse_where":{}})").status);
    // The control socket is asked in its own words, wrongly.
    answers_.push_back({"control answer", controlled("{\"command\":\"" + who["name"] + "\",\"arguments\":{},\"why\":\"x\"}")});
    answers_.push_back({"control answer", controlled("{\"command\":\"quarantine.raw\",\"arguments\":{\"id\":\"" + who["mobile"] + "\"},\"why\":\"\"}")});
    answers_.push_back({"control answer", controlled("{\"command\":\"quarantine.raw\",\"arguments\":{\"" + who["mobile"] + "\":\"" + who["name"] + "\"},\"why\":\"x\"}")});
    answers_.push_back({"control answer", controlled(who.words())});
}

std::string MarkedWorld::controlled(const std::string& line) const {
    std::string answer;
    try {
        Poco::Net::StreamSocket socket;
        socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, federation.deployment() + "/data/control.sock"));
        socket.setReceiveTimeout(Poco::Timespan(20, 0));
        const std::string text = line + "\n";
        socket.sendBytes(text.data(), static_cast<int>(text.size()));
        char buffer[4096];
        for (int got = 0; (got = socket.receiveBytes(buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
    } catch (const Poco::Exception&) {
    }
    EXPECT_NE("", answer) << line;
    return answer;
}

}  // namespace yht::scenarios
