#include "tests/unit/tools/province-sim/province_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/StreamCopier.h>

#include "gateway/base/random.h"
#include "gateway/base/time_text.h"

namespace yht::test {

namespace net = Poco::Net;

namespace {

Members common(const std::string& number, const std::string& kind, const std::string& ticket) {
    Members members{
        {"XH", number},
        {"SJLX", kind},
        {"SBDW", "HX430201"},
        {"LYBS", "zz-12345"},
        {"JLBH", kind + number},
        {"BBH", "1"},
        {"CZBS", "1"},
        {"BSFS", "1"},
        {"FSSJ", "2019-04-18 09:30:00"},
        {"RKSJ", "2019-04-18 09:30:05"}};
    if (!ticket.empty()) members["GDBH"] = ticket;
    return members;
}

}  // namespace

Members appealRecord(const std::string& number, const std::string& ticket) {
    Members members = common(number, "SQ", ticket);
    members.insert(
        {{"SQLY", "23"},
         {"SQLX", "01"},
         {"SXFLMC", "城乡建设/排水"},
         {"SQBT", "雨天路面积水"},
         {"SQNR", "下雨后路面积水,车辆无法通行。"},
         {"SQSJ", "2019-04-18 09:30:00"},
         {"SLQH", "430200000000"},
         {"SFQH", "430204000000"},
         {"BLFS", "03"},
         {"SQRXM", "陈先生"},
         {"SFNM", "0"},
         {"SFBM", "0"},
         {"JJCD", "1"}}
    );
    return members;
}

Members assignmentRecord(const std::string& number, const std::string& ticket) {
    Members members = common(number, "PD", ticket);
    members.insert({{"CBDWDM", "430200-CG"}, {"CBDWMC", "市城管局"}, {"CBJS", "1"}, {"CBCJ", "C"}});
    return members;
}

Members resultRecord(const std::string& number, const std::string& ticket) {
    Members members = common(number, "JG", ticket);
    members.insert(
        {{"CBDWDM", "430200-CG"},
         {"CBDWMC", "市城管局"},
         {"BLJG", "1"},
         {"GKDF", "已疏通排水管道。"},
         {"BJSJ", "2019-04-18 12:00:00"}}
    );
    return members;
}

Members visitRecord(const std::string& number, const std::string& ticket) {
    Members members = common(number, "HF", ticket);
    members.insert({{"HFFS", "1"}, {"SFJT", "1"}, {"MYD", "5"}});
    return members;
}

Members callRecord(const std::string& number) {
    Members members = common(number, "DH", "");
    members.insert({{"HJFX", "1"}, {"SFJT", "0"}, {"WJTYY", "6"}});
    return members;
}

Members voidOf(Members record) {
    Members common_only;
    for (const char* name :
         {"XH", "SJLX", "SBDW", "GDBH", "LYBS", "JLBH", "BBH", "BSFS", "FSSJ", "RKSJ"})
        if (record.contains(name)) common_only[name] = record[name];
    common_only["CZBS"] = "2";
    return common_only;
}

std::string recordJson(const Members& members) {
    rapidjson::StringBuffer buffer;
    stage::JsonWriter writer(buffer);
    writer.StartObject();
    for (const auto& [name, value] : members) {
        writer.Key(name.c_str());
        writer.String(value);
    }
    writer.EndObject();
    return buffer.GetString();
}

std::string ProvinceAnswer::recordCodes() const {
    std::string codes;
    const auto* data = stage::memberOf(json, "data");
    if (data == nullptr) return "(no data)";
    for (const auto& entry : data->GetArray())
        codes += (codes.empty() ? "" : " ") + stage::textOf(entry, "code");
    return codes;
}

std::string ProvinceAnswer::recordMember(std::size_t index, const char* name) const {
    const auto* data = stage::memberOf(json, "data");
    if (data == nullptr || index >= data->Size()) return "(no data)";
    return stage::textOf((*data)[static_cast<rapidjson::SizeType>(index)], name);
}

bool ProvinceAnswer::receiptVerifies(const province_sim::SealChecker& seal) const {
    const auto* receipt = stage::memberOf(json, "receipt");
    if (receipt == nullptr) return false;
    const std::size_t from = body.find("\"data\":") + 7, to = body.find(",\"receipt\":");
    const auto text = [&](const char* name) { return stage::textOf(*receipt, name); };
    return text("ZSZW") == seal.fingerprint() &&
           seal.verify(
               text("SIGNALG"),
               text("HZBH") + "&" + text("MSGID") + "&" + text("JSSJ") + "&" + code() + "&" +
                   province_sim::sha256Hex(body.substr(from, to - from)),
               text("SIGN")
           );
}

ProvinceClient::ProvinceClient(const CertificateFiles& gateway, const base::Clock& clock)
    : clock_(clock),
      sealer_(gateway.certificate, gateway.private_key) {
    net::initializeSSL();
    net::Context::Params params;
    params.privateKeyFile = gateway.private_key;
    params.certificateFile = gateway.certificate;
    params.caLocation = gateway.ca;
    params.verificationMode = net::Context::VERIFY_STRICT;
    context_ = new net::Context(net::Context::TLS_CLIENT_USE, params);
}

std::string ProvinceClient::timestamp() const {
    return base::formatCivil(base::toCivil(clock_.nowMillis(), base::kShanghaiOffsetSeconds), "%Y%m%d%H%M%S");
}

EnvelopePlan ProvinceClient::plan(const std::vector<Members>& records) {
    EnvelopePlan plan;
    base::SystemRandom random;
    plan.msgid = "batch-" + std::to_string(++sent_);
    plan.timestamp = timestamp();
    plan.nonce = base::toHex(random.bytes(16));
    plan.count = std::to_string(records.size());
    for (const Members& record : records)
        plan.list += (plan.list.empty() ? "[" : ",") + recordJson(record);
    plan.list += "]";
    return plan;
}

std::string ProvinceClient::envelope(const EnvelopePlan& plan) const {
    const std::string text = plan.appid + "&" + plan.msgid + "&" + plan.timestamp + "&" +
                             plan.nonce + "&" + province_sim::sha256Hex(plan.list);
    const std::string signature = plan.signature.empty() ? sealer_.seal(text) : plan.signature;
    return "{\"APPID\":\"" + plan.appid + "\",\"MSGID\":\"" + plan.msgid + "\",\"TIMESTAMP\":\"" +
           plan.timestamp + "\",\"NONCE\":\"" + plan.nonce + "\",\"SIGNALG\":\"" +
           sealer_.algorithm() + "\",\"ZSZW\":\"" + sealer_.fingerprint() + "\",\"SJTS\":\"" +
           plan.count + "\",\"SIGN\":\"" + signature + "\",\"SJLB\":" + plan.list + "}";
}

ProvinceAnswer ProvinceClient::send(const EnvelopePlan& plan, const std::string& path) {
    return post(path, envelope(plan));
}

ProvinceAnswer ProvinceClient::file(const FilePlan& given) {
    const EnvelopePlan head = plan({});
    const auto or_else = [](const std::string& text, const std::string& otherwise) {
        return text.empty() ? otherwise : text;
    };
    const std::string digest = or_else(given.digest, province_sim::sha256Hex(given.content)),
                      size = or_else(given.size, std::to_string(given.content.size())),
                      nonce = or_else(given.nonce, head.nonce);
    const std::string text = head.appid + "&" + head.msgid + "&" + head.timestamp + "&" + nonce + "&" + digest + "&" +
                             given.media_type + "&" + size;
    return post(
        "/sjjh/v2/file",
        R"({"APPID":")" + head.appid + R"(","MSGID":")" + head.msgid + R"(","TIMESTAMP":")" + head.timestamp +
            R"(","NONCE":")" + nonce + R"(","SIGNALG":")" + sealer_.algorithm() + R"(","ZSZW":")" +
            sealer_.fingerprint() + R"(","FJZY":")" + digest + R"(","MTLX":")" + given.media_type + R"(","WJM":")" +
            given.name + R"(","ZJS":")" + size + R"(","SIGN":")" + or_else(given.signature, sealer_.seal(text)) +
            R"(","NR":")" + base::toBase64(given.content) + R"("})"
    );
}

ProvinceAnswer ProvinceClient::post(const std::string& path, const std::string& body) {
    ProvinceAnswer answer;
    try {
        net::HTTPSClientSession session("localhost", port_, context_);
        session.setTimeout(Poco::Timespan(60, 0));
        net::HTTPRequest request("POST", path, "HTTP/1.1");
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session.sendRequest(request) << body;
        net::HTTPResponse response;
        std::istream& in = session.receiveResponse(response);
        Poco::StreamCopier::copyToString(in, answer.body);
        answer.status = response.getStatus();
        answer.retry_after = response.get("Retry-After", "");
        const auto length = response.getContentLength64();
        answer.broken = length >= 0 && static_cast<std::size_t>(length) != answer.body.size();
    } catch (const Poco::Exception&) {
        answer.broken = true;
    }
    if (auto json = stage::parseJson(answer.body)) answer.json = std::move(*json);
    return answer;
}

std::string control(std::uint16_t port, const std::string& path, const std::string& body) {
    net::HTTPClientSession session("127.0.0.1", port);
    net::HTTPRequest request(body.empty() ? "GET" : "POST", path, "HTTP/1.1");
    if (!body.empty()) request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session.sendRequest(request) << body;
    net::HTTPResponse response;
    std::string text;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), text);
    return text;
}

}  // namespace yht::test
