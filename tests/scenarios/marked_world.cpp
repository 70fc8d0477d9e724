#include "tests/scenarios/marked_world.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "gateway/base/bytes.h"
#include "gateway/crypto/digest.h"
#include "gateway/json/json.h"
#include "tests/scenarios/samples.h"
#include "tests/scenarios/shipped_source.h"
#include "tools/speaker/soap_message.h"

namespace yht::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTags[] = {"open", "secret", "soap", "pulled", "pulled_secret", "refused", "waiting", "echo", "asked", "outside", "called", "strange"};
constexpr const char* kToken = "push-token-1";
constexpr const char* kMessages = "/v1/sources/zz-marked/messages";

/// Twenty kinds of text, so that whatever a unit's system could want is handed to it.
constexpr const char* kGreedyRows = R"([{to: BT, from: title, max: 200, overflow: cut}, {to: NR, from: content, max: 4000, overflow: cut},
    {to: XM, from: caller_name, max: 64, overflow: cut}, {to: DH, from: caller_phone, max: 32, overflow: cut}, {to: LXDH, from: contact_phone, max: 32, overflow: cut},
    {to: YX, from: caller_email, max: 254, overflow: cut}, {to: DW, from: caller_company, max: 128, overflow: cut}, {to: ZJ, from: id_number, max: 32, overflow: cut},
    {to: DZ, from: address, max: 256, overflow: cut}, {to: BFY, from: accused_name, max: 128, overflow: cut}, {to: BFDH, from: accused_phone, max: 32, overflow: cut},
    {to: KZ, from: ext, max: 4000, overflow: cut}, {to: BQ, from: tags, join: ",", max: 400, overflow: cut}])";

std::string pdf(const std::string& text) { return "%PDF-1.4\n1 0 obj<</Length " + std::to_string(text.size()) + ">>stream\n" + text + "\nendstream endobj\n%%EOF\n"; }

}  // namespace

/// Throws back what it is sent: as an error page, as a code, as a status line, as the name of a field.
class EchoingFarSide {
public:
    EchoingFarSide(std::uint16_t port, const std::string& pki) {
        Poco::Net::Context::Params files;
        files.privateKeyFile = pki + "/province.key";
        files.certificateFile = pki + "/province.pem";
        files.caLocation = pki + "/root.pem";
        files.verificationMode = Poco::Net::Context::VERIFY_STRICT;
        files.cipherList = "HIGH";
        const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, files);
        server_ = std::make_unique<Poco::Net::HTTPServer>(
            new Factory(*this), Poco::Net::SecureServerSocket(Poco::Net::SocketAddress("127.0.0.1", port), 64, context), new Poco::Net::HTTPServerParams
        );
        server_->start();
    }
    ~EchoingFarSide() { server_->stopAll(true); }
    int asked() const { return asked_; }

private:
    struct Handler : Poco::Net::HTTPRequestHandler {
        explicit Handler(EchoingFarSide& far_side) : far_side(far_side) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
            std::string body;
            Poco::StreamCopier::copyToString(request.stream(), body);
            const std::string utf8 = inCharset(body, "UTF-8");
            std::string quoted;
            json::appendCanonicalString(quoted, utf8.substr(0, 60'000));
            switch (far_side.asked_++ % 4) {
                case 0:
                    response.setStatusAndReason(Poco::Net::HTTPResponse::HTTP_BAD_REQUEST, "refused " + utf8.substr(0, 400));
                    break;
                case 1:
                    body = R"({"code":)" + quoted + R"(,"message":)" + quoted + "}";
                    break;
                case 2:
                    body = R"({"code":"200","message":)" + quoted + R"(,"data":[{"XH":)" + quoted + R"(,"code":"2001"}]})";
                    break;
                default:
                    body = R"({"code":"1003","message":)" + quoted + R"(,"retryAfter":)" + quoted + "}";
            }
            response.setContentType("application/json");
            response.setContentLength64(static_cast<Poco::Int64>(body.size()));
            response.send() << body;
        }
        EchoingFarSide& far_side;
    };
    struct Factory : Poco::Net::HTTPRequestHandlerFactory {
        explicit Factory(EchoingFarSide& far_side) : far_side(far_side) {}
        Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override { return new Handler(far_side); }
        EchoingFarSide& far_side;
    };

    std::atomic<int> asked_{0};
    std::unique_ptr<Poco::Net::HTTPServer> server_;
};

MarkedWorld::MarkedWorld() {
    int number = 0;
    for (const char* tag : kTags) citizens_.emplace(tag, citizen(tag, number++));
    exchange_ = std::make_unique<Exchange>(federation);
    for (const auto& folder : {unitFolder(), homeFolder(), temporaryFolder(), federation.directory() + "/staging", federation.directory() + "/in"}) {
        fs::create_directories(folder);
    }
    const auto made = runToEnd({YHT_SOURCE_DIR "/tools/dev-pki", federation.pki(), "unit"}, federation.log("pki"));
    EXPECT_EQ(0, made.exit_code) << federation.log("pki");
    writeUnit();
    writeSource();
    writeOtherVersion();
    writeEcho();
    write("push.token", kToken);
    append("yht.yaml", "channels:\n  listen: 127.0.0.1:" + std::to_string(channels_port_) +
                           "\n  consent: 2026-03-01 场景测试\n  plain_http_consent: 2026-03-01 场景测试\n" + Federation::patientDeadlines());
    append("sources.yaml", "  - {id: zz-marked, name: 标记来源, region: \"430200\"}\n");
    replaceInDeployment(federation, "partners.yaml", "sources: [zz-110]", "sources: [zz-110, zz-marked]");
}

MarkedWorld::~MarkedWorld() {
    federation.stopGateway();
    ::unsetenv("LD_PRELOAD");
}

/// A member unit: sees what is dispatched to it, and is handed every record as a file, with all that a mapping can ask for.
void MarkedWorld::writeUnit() {
    fs::copy(federation.pki() + "/unit.pem", federation.deployment() + "/unit.pem");
    append("partners.yaml", "  - id: unit-zj\n    name: 株洲市住房和城乡建设局\n    stage: live\n    sources: []\n"
                            "    rights: [read_own, \"read_unit:430200-ZJ\"]\n    certificates: [{file: unit.pem}]\n");
    std::string kinds;
    for (const char* kind : {"appeal", "assignment", "process", "result", "visit", "attachment", "call"}) {
        std::string rows = kGreedyRows;
        if (std::string(kind) == "attachment") rows = "[{to: WJM, from: file_name, max: 255, overflow: cut}, {to: KZ, from: ext, max: 4000, overflow: cut}]";
        if (std::string(kind) == "call") rows = "[{to: DH, from: caller_phone, max: 32, overflow: cut}, {to: XM, from: caller_name, max: 64, overflow: cut}]";
        if (std::string(kind) == "assignment") rows = "[{to: NB, from: advice, max: 2000, overflow: cut}]";
        if (std::string(kind) == "process") rows = "[{to: YJ, from: opinion, max: 4000, overflow: cut}, {to: KZ, from: ext, max: 4000, overflow: cut}]";
        if (std::string(kind) == "visit") rows = "[{to: YJ, from: visit_opinion, max: 2000, overflow: cut}]";
        if (std::string(kind) == "result")
            rows = "[{to: NB, from: handling_detail, max: 4000, overflow: cut}, {to: DF, from: public_reply, max: 4000, overflow: cut}, {to: LXDH, from: contact_phone, max: 32, overflow: cut}]";
        kinds += "  " + std::string(kind) + ": {type: \"" + kind + "\", rows: " + rows + "}\n";
    }
    const auto profile = [&](const std::string& directory) {
        return "name: unit\ntime_format: \"%Y-%m-%d %H:%M:%S\"\ntransport: {batch_max: 1, resend: idempotent}\nfile: {directory: " + directory +
               ", staging: " + federation.directory() + "/staging, name: \"{type}_{seq}.json\", format: json}\n"
               "common:\n  - {to: FLOWID, from: \"@ticket_no\", max: 64}\n  - {to: JLBH, from: record_ref, max: 64}\nkinds:\n" + kinds;
    };
    fs::create_directories(federation.deployment() + "/unit-profile");
    write("unit-profile/profile.yaml", profile(unitFolder()));
    fs::create_directories(federation.deployment() + "/products/marked/results");
    write("products/marked/results/profile.yaml", profile(homeFolder()));
    replaceInDeployment(federation, "routes.yaml", "destinations:\n", "destinations:\n  unit-zj: {from: start}\n  echo: {from: start}\n");
    append("routes.yaml", "  - {destination: unit-zj}\n  - {destination: echo, sources: [zz-media]}\n");
    append("destinations.yaml", "  - {id: unit-zj, protocol: file, profile: unit-profile, sender_id: YHT, store: folder, accepting_region: \"430200\"}\n");
}

void MarkedWorld::writeSource() {
    fs::create_directories(federation.deployment() + "/sources/zz-marked");
    write("products/marked/product.yaml", R"(product: marked
product_title: 标记来源
product_version: "1"
decode: {format: json, charset: UTF-8, lines: true}
assurance_min: allow_list
secrets: {push: file:push.token}
results: {kinds: [appeal, assignment, process, result, visit, attachment], sender_id: YHT}
endpoints:
  push:
    path: [/marked/push]
    body_bytes_max: 65536
    caller: {token: {in: header X-Access-Token, secret: push}}
    reply:
      accepted: {body: '{"code":"200","data":"{ticket_no}"}'}
      duplicate: {body: '{"code":"200","data":"{ticket_no}"}'}
      quarantined: {body: '{"code":"201","data":"{quarantine_no}"}'}
      refused: {status: 200, body: '{"code":"400","message":"{error_zh}"}'}
      unauthorized: {status: 200, body: '{"code":"401","message":"{error_zh}"}'}
)");
    write("products/marked/mapping.yaml", R"(times: {formats: ["%Y-%m-%d %H:%M:%S"]}
flags: {yes: ["1"], no: ["0"]}
vocabularies: {kinds: {unmapped: quarantine}}
records:
  appeal:
    kind: appeal
    rows:
      record_ref: NO
      ticket_ref: NO
      version: VER
      event_time: TIME
      appeal_time: TIME
      channel: {const: "10"}
      appeal_type: {from: TYPE, vocabulary: kinds}
      category_path: {const: "供热"}
      title: TITLE
      content: TEXT
      handling_way: {const: "3"}
      is_anonymous: {const: "false"}
      is_secret: SECRET
      caller_name: NAME
      contact_phone: PHONE
      id_number: ID
      id_type: {const: "111"}
      caller_email: MAIL
      caller_company: COMPANY
      address: ADDRESS
      area_code: {const: "430200"}
      urgency: {const: "3"}
)");
    write("products/marked/kinds.csv", "native,canonical\n咨询,1\n投诉,3\n");
    write("sources/zz-marked/source.yaml", "id: zz-marked\ntitle: 标记来源\nproduct: marked\nsource: zz-marked\nlifecycle: live\nowner: {unit: 局, person: 班长}\n"
          "results: {from: start, folder: {}}\npull:\n  every_s: 1\n  folder: {directory: " + federation.directory() +
          "/in, pattern: \"*.json\", finished: {temporary: [\"*.tmp\"]}, after: keep}\n");
}

void MarkedWorld::writeOtherVersion() {
    for (const char* folder : {"/sources/zz-marked", "/products/marked"}) {
        fs::create_directories(otherVersion() + folder);
        fs::copy(federation.deployment() + folder, otherVersion() + folder, fs::copy_options::recursive);
    }
    const std::string path = otherVersion() + "/products/marked/mapping.yaml";
    std::string mapping = read(path);
    for (const auto& [from, to] : {std::pair{"caller_name: NAME", "caller_name: ADDRESS"}, {"title: TITLE", "title: MAIL"}, {"address: ADDRESS", "address: PHONE"},
                                   {"contact_phone: PHONE", "accused_name: NAME"}, {"content: TEXT", "content: ID"}}) {
        const auto at = mapping.find(from);
        ASSERT_NE(std::string::npos, at) << from;
        mapping.replace(at, std::string(from).size(), to);
    }
    std::ofstream(path, std::ios::binary) << mapping;
}

void MarkedWorld::writeEcho() {
    append("destinations.yaml", "  - id: echo\n    protocol: profile\n    profile: profiles/xiang-province\n    url: https://localhost:" +
                                    std::to_string(echo_port_) +
                                    "\n    sender_id: XZ43020001\n    accepting_region: \"430200\"\n    certificate: gateway.pem\n    private_key: gateway.key\n"
                                    "    peer_ca: root.pem\n    peer_certificate: province.pem\n");
}

void MarkedWorld::start() {
    // Commands and gateway alike: what they would tell syslog, and where they put temporary files.
    ::setenv("YHT_SYSLOG_FILE", systemLog().c_str(), 1);
    ::setenv("TMPDIR", temporaryFolder().c_str(), 1);
    federation.startProvince();
    federation.startCentre();
    exchange_->start();
    echo_ = std::make_unique<EchoingFarSide>(echo_port_, federation.pki());
    ::setenv("LD_PRELOAD", YHT_SYSLOG_CAPTURE, 1);
    federation.startGateway();
}

std::vector<Citizen> MarkedWorld::everybody() const {
    std::vector<Citizen> all;
    for (const auto& [tag, one] : citizens_) all.push_back(one);
    return all;
}

std::string MarkedWorld::read(const std::string& path) const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string MarkedWorld::readAll(const std::string& folder) const {
    std::string all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) all += entry.path().string() + "\n" + read(entry.path()) + "\n";
    }
    return all;
}

void MarkedWorld::write(const std::string& name, const std::string& text) const {
    const std::string path = federation.deployment() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::string MarkedWorld::said(const std::string& channel, const Reply& reply) {
    answers_.push_back({channel, reply.content_type + "\n" + reply.body});
    return json::textMember(reply.json(), "ticket_no");
}

std::string MarkedWorld::created(PartnerClient& partner, const std::string& record) {
    const auto reply = partner.post("/v1/records", record);
    EXPECT_EQ(201, reply.status) << reply.body;
    return said("rest answer", reply);
}

std::string MarkedWorld::appealOf(const std::string& tag, const std::string& source, bool secret, const std::string& more_name, const std::string& more) {
    const Citizen& who = of(tag);
    FieldMap fields{{"title", who["name"] + "反映噪声,电话" + who["mobile"]}, {"content", who.words()}, {"caller_name", who["name"]},
                    {"contact_phone", who["mobile"]}, {"caller_phone", who["phone"]}, {"caller_email", who["email"]}, {"caller_company", who["company"]},
                    {"id_type", "111"}, {"id_number", who["id_number"]}, {"address", who["address"]}, {"accused_name", who["accused_name"]},
                    {"accused_phone", who["accused_phone"]}, {"is_secret", secret ? "true" : "false"}, {"version", "1"}, {"call_ref", "TH-" + tag}};
    if (!more_name.empty()) fields[more_name] = more;
    return appeal(source, "A-" + tag, std::move(fields));
}

/// The bytes of an identity card, and the record that names them as people do.
void MarkedWorld::attach(const std::string& tag) {
    const Citizen& who = of(tag);
    auto hotline = federation.partner("hotline-12315");
    const std::string content = pdf(who.words());
    const auto kept = hotline.post("/v1/attachments", content, "application/pdf");
    EXPECT_EQ(201, kept.status) << kept.body;
    said("rest answer", kept);
    created(hotline, recordJson({{"kind", "attachment"}, {"source", "zz-12315"}, {"record_ref", "FJ-" + tag}, {"ticket_ref", "A-" + tag},
                                 {"event_time", "2026-03-02T09:16:00+08:00"}, {"digest", base::toHex(crypto::sha256(content))},
                                 {"file_name", who["name"] + who["id_number"] + "身份证.pdf"}, {"media_type", "application/pdf"},
                                 {"size_bytes", std::to_string(content.size())}, {"attachment_type", "3"}}));
}

/// What centre and unit write of the citizen, each in free text of its own.
void MarkedWorld::handle(const std::string& tag, const std::string& ticket_no) {
    const Citizen& who = of(tag);
    auto centre = federation.partner("centre");
    const FieldMap about{{"ticket_no", ticket_no}, {"ticket_ref", "CZ-" + tag}};
    const auto with = [&](FieldMap more) {
        more.insert(about.begin(), about.end());
        return more;
    };
    created(centre, assignment("zz-12345", "PD-" + tag, with({{"advice", "请联系" + who.words()}})));
    created(centre, process("zz-12345", "GC-" + tag, "31", with({{"assignment_ref", "PD-" + tag}, {"opinion", "已致电" + who.words()}, {"ext", R"({"卡号":")" + who["bank"] + R"(","车牌":")" + who["plate"] + "\"}"}})));
    created(centre, result("zz-12345", "JG-" + tag, with({{"assignment_ref", "PD-" + tag}, {"contact_phone", who["mobile"]}, {"handling_detail", who.words()}, {"public_reply", who["name"] + "您好,已处理,退款至" + who["bank"]}})));
    created(centre, visit("zz-12345", "HF-" + tag, with({{"visit_opinion", who.words()}})));
}

std::string MarkedWorld::item(const std::string& tag, bool secret, const std::string& more) const {
    const Citizen& who = of(tag);
    return R"({"NO":"X-)" + tag + R"(","VER":"1","TIME":"2026-03-02 09:15:00","TYPE":"投诉","TITLE":")" + who["name"] + "反映噪声" + R"(","TEXT":")" + who.words() +
           R"(","SECRET":")" + (secret ? "1" : "0") + R"(","NAME":")" + who["name"] + R"(","PHONE":")" + who["mobile"] + R"(","ID":")" + who["id_number"] +
           R"(","COMPANY":")" + who["company"] + R"(","MAIL":")" + who["email"] + R"(","ADDRESS":")" + who["address"] + "\"" + more + "}\n";
}

/// Two whose codes are somebody's data.
std::string MarkedWorld::unmapped(const std::string& tag) const {
    std::string all;
    for (const char* what : {"mobile", "id_number"}) {
        std::string one = item(tag, false);
        const std::string from = R"("TYPE":"投诉")";
        all += one.replace(one.find(from), from.size(), R"("TYPE":")" + of(tag)[what] + "\"");
    }
    return all;
}

void MarkedWorld::speakUnderShadow() {
    const auto state = [&] { return json::parse(federation.yht({"adapters", "shadow", "show", "zz-marked", "--json"}).output); };
    Federation::waitUntil("the shadow run has begun", [&] { return state().ok(); });
    auto police = federation.partner("police-110");
    // What came before the gateway began is not compared, nor what brought nothing new: one after the other, until one is.
    int posted = 0;
    Federation::waitUntil("the shadow run has seen one", [&] {
        std::string fresh = item("pulled", false);
        fresh.replace(fresh.find("X-pulled"), 8, "X-shadow-" + std::to_string(++posted));
        EXPECT_EQ(200, police.post(kMessages, fresh + unmapped("waiting")).status);
        const auto shown = state();
        return shown.ok() && json::textMember(*shown, "messages") != "0";
    });
    const auto at_end = federation.yht({"adapters", "shadow", "show", "zz-marked", "--json"}).output;
    EXPECT_THAT(at_end, testing::Not(testing::HasSubstr("\"messages\":0,"))) << posted << " posted: " << at_end;
}

std::string MarkedWorld::leaveWaiting() {
    EXPECT_EQ(202, federation.partner("police-110").post(kMessages, unmapped("waiting")).status);
    const auto waiting = json::parse(federation.yht({"quarantine", "list", "--json"}).output);
    EXPECT_TRUE(waiting.ok() && !waiting->Empty());
    return waiting.ok() && !waiting->Empty() ? json::textMember((*waiting)[0], "id") : "0";
}

void MarkedWorld::nameOperators(const std::map<std::string, std::string>& roles) {
    std::string rows = "operators:\n";
    for (const auto& [id, role] : roles) {
        const auto made = runToEnd({YHT_SOURCE_DIR "/tools/dev-pki", federation.pki(), id}, federation.log("pki"));
        EXPECT_EQ(0, made.exit_code) << federation.log("pki");
        fs::copy(federation.pki() + "/" + id + ".pem", federation.deployment() + "/" + id + ".pem");
        rows += "  - {id: " + id + ", name: 值班, role: " + role + ", certificate: " + id + ".pem}\n";
    }
    write("operators.yaml", rows);
    EXPECT_EQ(0, federation.yht({"reload", "--why", "operators are named"}).exit_code);
}

void MarkedWorld::pull(const std::string& file, const std::string& text) const {
    const std::string path = federation.directory() + "/in/" + file;
    std::ofstream(path + ".tmp", std::ios::binary) << text;
    fs::rename(path + ".tmp", path);
}

void MarkedWorld::speakWell() {
    auto hotline = federation.partner("hotline-12315");
    auto police = federation.partner("police-110");
    auto media = federation.partner("media-platform");
    for (const char* tag : {"open", "secret"}) {
        tickets_[tag] = created(hotline, appealOf(tag, "zz-12315", std::string(tag) == "secret"));
        attach(tag);
    }
    const auto soap = hotline.postSoap(appealOf("soap", "zz-12315", true));
    EXPECT_EQ(201, soap.status) << soap.body;
    tickets_["soap"] = said("soap answer", soap);
    pull("D_1.json", item("pulled", false) + item("pulled_secret", true));
    created(media, appealOf("echo", "zz-media", false));
    // A call that belongs to no ticket, and one that only a secret ticket names.
    for (const char* tag : {"called", "secret"}) created(hotline, recordJson({{"kind", "call"}, {"source", "zz-12315"}, {"record_ref", std::string("TH-") + tag}, {"event_time", "2026-03-02T09:10:00+08:00"}, {"call_direction", "1"}, {"hotline_number", "12315"},
                                 {"connected", "true"}, {"ring_time", "2026-03-02T09:10:00+08:00"}, {"answer_time", "2026-03-02T09:10:05+08:00"}, {"hangup_time", "2026-03-02T09:12:00+08:00"},
                                 {"caller_phone", of(tag)["phone"]}, {"caller_name", of(tag)["name"]}}));
    Federation::waitUntil("what was pulled is there", [&] { return federation.tickets().Size() == 6; });
    const auto numbered = [&](const std::string& name) {
        const auto tickets = federation.tickets();
        for (const auto& ticket : tickets.GetArray()) {
            if (json::write(ticket["names"]).find(name + "\"") != std::string::npos) return json::textMember(ticket, "ticket_no");
        }
        ADD_FAILURE() << "no ticket of " << name;
        return std::string();
    };
    for (const char* tag : {"pulled", "pulled_secret"}) tickets_[tag] = numbered(std::string("X-") + tag);
    tickets_["echo"] = numbered("A-echo");
    for (const char* tag : {"open", "secret", "soap", "pulled", "pulled_secret"}) handle(tag, tickets_[tag]);
    for (const char* destination : {"province", "exchange", "centre-430200", "unit-zj", "zz-marked.results"}) federation.waitUntilDrained(destination);
    Federation::waitUntil("the echoing far side was asked four times", [&] { return echo_->asked() >= 4; });
}

Reply MarkedWorld::call(const std::string& path, const std::string& body, const std::string& token) const {
    Reply reply;
    try {
        Poco::Net::HTTPClientSession session("127.0.0.1", channels_port_);
        session.setTimeout(Poco::Timespan(20, 0));
        Poco::Net::HTTPRequest request("POST", path, Poco::Net::HTTPMessage::HTTP_1_1);
        request.set("X-Access-Token", token);
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session.sendRequest(request) << body;
        Poco::Net::HTTPResponse response;
        Poco::StreamCopier::copyToString64(session.receiveResponse(response), reply.body);
        reply.status = response.getStatus();
    } catch (const Poco::Exception&) {
        return Reply{};
    }
    return reply;
}

void MarkedWorld::speakBadly() {
    badRecords();
    badQuestions();
    badEnvelopes();
    badItems();
}

}  // namespace yht::scenarios
