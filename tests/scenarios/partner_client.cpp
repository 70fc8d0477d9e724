#include "tests/scenarios/partner_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <fstream>
#include <sstream>

#include "gateway/crypto/certificate.h"
#include "tools/speaker/soap_message.h"

namespace yht::scenarios {
namespace {

constexpr int kTimeoutSeconds = 60;

std::string readAll(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

trust::SigningKey readKey(const std::string& credential) {
    auto key = crypto::PrivateKey::fromPem(readAll(credential + ".key"));
    auto certificate = crypto::Certificate::fromPem(readAll(credential + ".pem"));
    YHT_ASSERT(key.ok() && certificate.ok());
    return {*std::move(key), certificate->fingerprint(), certificate->publicKey().defaultAlgorithm(), certificate->toDer()};
}

}  // namespace

rapidjson::Document Reply::json() const {
    auto document = json::parse(body);
    return document.ok() ? *std::move(document) : rapidjson::Document();
}

PartnerClient::PartnerClient(const std::string& pki, const std::string& name, std::uint16_t port)
    : key_(readKey(pki + "/" + name)), port_(port), pki_(pki) {
    const std::string credential = pki + "/" + name;
    auto context = trust::clientContext({.certificate_chain_pem = credential + ".pem",
                                         .private_key_pem = credential + ".key",
                                         .peer_ca_pem = pki + "/root.pem"});
    YHT_ASSERT(context.ok());
    context_ = *context;
}

std::string PartnerClient::url(const std::string& path) const {
    return "https://localhost:" + std::to_string(port_) + path;
}

void PartnerClient::vanish() {
    if (!session_) return;
    session_->socket().setLinger(true, 0);
    session_.reset();
}

void PartnerClient::movedTo(std::uint16_t port) {
    port_ = port;
    session_.reset();
}

Poco::Net::HTTPSClientSession& PartnerClient::session() {
    if (!session_) {
        session_ = std::make_unique<Poco::Net::HTTPSClientSession>("localhost", port_, context_);
        session_->setTimeout(Poco::Timespan(kTimeoutSeconds, 0));
        session_->setKeepAlive(true);
    }
    return *session_;
}

Reply PartnerClient::post(const std::string& path, const std::string& body, const std::string& content_type) {
    return send(signedHead(path, body, content_type), path, body);
}

void PartnerClient::beginPost(
    const std::string& path, const std::string& body, const std::string& content_type, std::size_t sent_bytes
) {
    Poco::Net::HTTPRequest request("POST", path, Poco::Net::HTTPMessage::HTTP_1_1);
    for (const auto& [name, value] : signedHead(path, body, content_type).fields) request.add(name, value);
    request.setContentLength64(static_cast<Poco::Int64>(body.size()));
    session().sendRequest(request).write(body.data(), static_cast<std::streamsize>(sent_bytes)).flush();
}

trust::HttpHead PartnerClient::signedHead(
    const std::string& path, const std::string& body, const std::string& content_type
) const {
    trust::HttpHead head;
    head.method = "POST";
    head.target_uri = url(path);
    head.set("content-type", content_type);
    const auto signed_ok = trust::signMessage(head, body, key_, base::SystemClock().nowMillis());
    YHT_ASSERT(signed_ok.ok());
    return head;
}

Reply PartnerClient::postSpoiled(const std::string& path, const std::string& body, const Spoil& spoil) {
    auto head = signedHead(path, body, "application/json");
    std::string sent = body;
    spoil(head, sent);
    return send(head, path, sent);
}

Reply PartnerClient::get(const std::string& path_and_query) {
    trust::HttpHead head;
    head.method = "GET";
    return send(head, path_and_query, "");
}

Reply PartnerClient::send(const std::string& path, const std::string& body, const std::string& content_type) {
    trust::HttpHead head;
    head.method = "POST";
    head.set("content-type", content_type);
    return send(head, path, body);
}

Reply PartnerClient::postSoap(const std::string& record) {
    static const base::SystemClock clock;
    const auto envelope = speaker::submitRecordEnvelope({record}, key_, clock.nowMillis());
    YHT_ASSERT(envelope.ok());
    Reply reply = send(speaker::kSoapPath, *envelope, speaker::kSoapContentType);
    if (reply.status == 0) return reply;
    const auto gateway = crypto::Certificate::fromPem(readAll(pki_ + "/gateway.pem"));
    YHT_ASSERT(gateway.ok());
    const auto read = speaker::SoapAnswers(*gateway, clock).read(reply.body, 1);
    if (!read) return {.status = 0, .body = "unsigned: " + reply.body.substr(0, 400), .content_type = {}};
    return {.status = read->status, .body = read->body, .content_type = reply.content_type};
}

Reply PartnerClient::send(const trust::HttpHead& head, const std::string& path, const std::string& body) {
    Reply reply;
    try {
        Poco::Net::HTTPRequest request(head.method, path, Poco::Net::HTTPMessage::HTTP_1_1);
        for (const auto& [name, value] : head.fields) request.add(name, value);
        if (head.method == "POST") request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session().sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
        Poco::Net::HTTPResponse response;
        std::istream& in = session().receiveResponse(response);
        Poco::StreamCopier::copyToString64(in, reply.body);
        reply.status = response.getStatus();
        reply.content_type = response.getContentType();
        // Poco takes an end that comes too early for the end.
        const bool is_cut = response.hasContentLength() && reply.body.size() < static_cast<std::size_t>(response.getContentLength64());
        if (!is_cut) return reply;
    } catch (const Poco::Exception&) {
    }
    // Killed, cut or refused: no answer is what the test is told.
    session_.reset();
    return Reply{};
}

}  // namespace yht::scenarios
