// The SOAP door with gSOAP, from the published WSDL alone: signs Body and Timestamp, checks the signed answer.
// 用 gSOAP 仅凭公布的 WSDL 调用 SOAP 接口:对 Body 与 Timestamp 签名,并验证带签名的应答。
//
//   soap_client CREDENTIAL URL GATEWAY_CERTIFICATE appeal SOURCE TITLE RECORD_REF …
//   soap_client CREDENTIAL URL GATEWAY_CERTIFICATE upload FILE MEDIA_TYPE
//   soap_client CREDENTIAL URL GATEWAY_CERTIFICATE ticket TICKET_NO
//   soap_client CREDENTIAL URL GATEWAY_CERTIFICATE changes [AFTER]
//   soap_client CREDENTIAL URL GATEWAY_CERTIFICATE codes LIST
//
// CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key, RSA: what gSOAP makes of an EC key is no XML
// Signature. GATEWAY_CERTIFICATE: the one that the gateway signs with, RSA too. The CA's root.pem stands beside CREDENTIAL.
// Prints name=value, a line a thing. Exit code: 0 taken, 1 a Fault (its Problem is printed), 69 no trustworthy answer.
// Needs: gSOAP 2.8.100 with its wsse plugin; schemas/README.md tells how it is built.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "GatewaySoap11.nsmap"
#include "soapGatewaySoap11Proxy.h"
#include "wsseapi.h"

namespace {

constexpr int kTaken = 0, kFault = 1, kUsage = 64, kNoTrustworthyAnswer = 69;
constexpr int kExpiresS = 300, kTimeoutS = 30;

struct Settings {
    std::string credential, url, gateway_certificate;
    std::string root() const { return credential.substr(0, credential.rfind('/') + 1) + "root.pem"; }
};

X509* certificateOf(const std::string& path) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), &std::fclose);
    return file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr;
}

EVP_PKEY* keyOf(const std::string& path) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "r"), &std::fclose);
    return file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr;
}

bool readFile(const std::string& path, std::string& content) {
    std::ifstream file(path, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(file), {});
    return file.is_open() && !file.bad();
}

std::string sha256Hex(const std::string& content) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(content.data(), content.size(), digest, &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) {
        hex += "0123456789abcdef"[digest[i] >> 4];
        hex += "0123456789abcdef"[digest[i] & 15];
    }
    return hex;
}

int (*verify_at_end)(struct soap*) = nullptr;  // the plugin's

/// Behind a Fault gSOAP stands somewhere inside the tree that it has read; the plugin looks for signed elements from the root.
int verifyFromRoot(struct soap* soap) {
    while (soap->dom != nullptr && soap->dom->prnt != nullptr) soap->dom = soap->dom->prnt;
    return verify_at_end(soap);
}

class Client {
public:
    explicit Client(const Settings& settings)
        : url_(settings.url),
          root_(settings.root()),
          proxy_(url_.c_str(), SOAP_XML_CANONICAL | SOAP_C_UTFSTRING),
          soap_(proxy_.soap),
          own_(certificateOf(settings.credential + ".pem")),
          key_(keyOf(settings.credential + ".key")),
          gateways_(certificateOf(settings.gateway_certificate)) {
        soap_register_plugin(soap_, soap_wsse);
        soap_->connect_timeout = soap_->send_timeout = soap_->recv_timeout = kTimeoutS;
        // TLS 1.2 and later; the server's certificate and name are checked.
        const int flags = SOAP_TLSv1_2 | SOAP_TLSv1_3 | SOAP_SSL_REQUIRE_SERVER_AUTHENTICATION;
        const bool set_up = soap_ssl_client_context(soap_, static_cast<unsigned short>(flags), nullptr, nullptr, root_.c_str(),
                                                    nullptr, nullptr) == SOAP_OK;
        ready_ = set_up && own_ != nullptr && key_ != nullptr && gateways_ != nullptr &&
                     SSL_CTX_use_certificate(soap_->ctx, own_) == 1 && SSL_CTX_use_PrivateKey(soap_->ctx, key_) == 1;
    }
    ~Client() {
        soap_wsse_verify_done(soap_);
        proxy_.destroy();
        X509_free(own_);
        EVP_PKEY_free(key_);
        X509_free(gateways_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool ready() const { return ready_; }
    struct soap* soap() { return soap_; }
    GatewaySoap11Proxy& proxy() { return proxy_; }

    /// Before the call: the Security header; what is signed are Body and Timestamp.
    bool sign() {
        soap_wsse_verify_auto(soap_, SOAP_SMD_VRFY_RSA_SHA256, nullptr, 0);
        verify_at_end = soap_->fpreparefinalrecv;
        soap_->fpreparefinalrecv = verifyFromRoot;
        return soap_wsse_add_Timestamp(soap_, "Timestamp", kExpiresS) == SOAP_OK &&
               soap_wsse_add_BinarySecurityTokenX509(soap_, "Token", own_) == SOAP_OK &&
               soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap_, "#Token") == SOAP_OK &&
               soap_wsse_sign_body(soap_, SOAP_SMD_SIGN_RSA_SHA256, key_, 0) == SOAP_OK;
    }

    /// After the call, a Fault too: Body and Timestamp were signed, with the certificate that we know.
    bool isTheGateways() {
        X509* signer = soap_wsse_get_KeyInfo_SecurityTokenReferenceX509(soap_);
        const bool known = signer != nullptr && X509_cmp(signer, gateways_) == 0;
        X509_free(signer);
        return known && soap_wsse_verify_Timestamp(soap_) == SOAP_OK && soap_wsse_verify_body(soap_) == SOAP_OK;
    }

private:
    const std::string url_, root_;  // gSOAP keeps the pointers
    GatewaySoap11Proxy proxy_;
    struct soap* soap_;
    X509* own_;
    EVP_PKEY* key_;
    X509* gateways_;
    bool ready_ = false;
};

void print(const char* name, const std::string& value) { std::cout << name << '=' << value << '\n'; }
void print(const char* name, const std::string* value) {
    if (value != nullptr) print(name, *value);
}

/// What a Fault's detail says, or what each refused record's says.
template <typename Problem>
void printProblem(const Problem& problem) {
    print("code", problem.code);
    print("retry", problem.retry);
    print("detail_zh", problem.detail_USCOREzh);
    print("detail", problem.detail);
    for (const auto& error : problem.errors) print("error", error.pointer + ' ' + error.code + ' ' + error.zh + ' ' + error.en);
}

int ended(Client& client, int result) {
    struct soap* soap = client.soap();
    if (result == SOAP_OK && client.isTheGateways()) return kTaken;
    const SOAP_ENV__Detail* detail = soap->fault == nullptr ? nullptr : soap->fault->SOAP_ENV__Detail;  // SOAP 1.2
    if (detail != nullptr && detail->y__Problem != nullptr && client.isTheGateways()) {
        const SOAP_ENV__Code* code = soap->fault->SOAP_ENV__Code;
        print("faultcode", code == nullptr || code->SOAP_ENV__Value == nullptr ? "" : code->SOAP_ENV__Value);
        printProblem(*detail->y__Problem);
        return kFault;
    }
    std::cerr << "no trustworthy answer 没有可信的应答\n";
    soap_print_fault(soap, stderr);
    return kNoTrustworthyAnswer;
}

std::string* text(struct soap* soap, const std::string& value) {
    std::string* held = soap_new_std__string(soap);
    *held = value;
    return held;
}

bool* flag(struct soap* soap, bool value) {
    bool* held = soap_new_bool(soap);
    *held = value;
    return held;
}

/// The smallest appeal, of now. 最小的诉求记录,时间取当前。
y__Record* appealOf(struct soap* soap, const std::string& source, const std::string& title, const std::string& record_ref) {
    y__Appeal* appeal = soap_new_y__Appeal(soap);
    appeal->source = source;
    appeal->record_USCOREref = record_ref;
    appeal->event_USCOREtime = std::time(nullptr);
    appeal->appeal_USCOREtime = soap_new_dateTime(soap);
    *appeal->appeal_USCOREtime = appeal->event_USCOREtime;
    appeal->channel = text(soap, "03");
    appeal->appeal_USCOREtype = text(soap, "1");
    appeal->category_USCOREpath.push_back("供热");
    appeal->title = text(soap, title);
    appeal->content = text(soap, "请问室温低于多少度算不达标?");
    appeal->handling_USCOREway = text(soap, "0");
    appeal->is_USCOREanonymous = flag(soap, true);
    appeal->is_USCOREsecret = flag(soap, false);
    appeal->area_USCOREcode = text(soap, "430200");
    appeal->urgency = text(soap, "3");
    y__Record* record = soap_new_y__Record(soap);
    record->__union_Record = SOAP_UNION__y__union_Record_appeal;
    record->union_Record.appeal = appeal;
    return record;
}

int submit(Client& client, const std::vector<std::string>& words) {
    _y__SubmitRecord request;
    for (std::size_t i = 2; i < words.size(); ++i) request.record.push_back(appealOf(client.soap(), words[0], words[1], words[i]));
    _y__SubmitRecordResponse answer;
    const int result = ended(client, client.proxy().SubmitRecord(&request, answer));
    if (result != kTaken) return result;
    for (const auto& item : answer.items) {
        print("status", std::to_string(item.status));
        print("ticket_no", item.ticket_USCOREno);
        print("verdict", item.verdict);
        print("receipt", item.receipt);
        if (item.problem != nullptr) printProblem(*item.problem);
    }
    return kTaken;
}

int upload(Client& client, const std::vector<std::string>& words) {
    std::string content;
    if (!readFile(words[0], content)) return kUsage;
    _y__UploadAttachment request;
    request.sha256 = sha256Hex(content);
    request.size_USCOREbytes = content.size();
    request.media_USCOREtype = words[1];
    std::string type = words[1];
    request.content.xop__Include = {};
    request.content.xop__Include.__ptr = reinterpret_cast<unsigned char*>(content.data());
    request.content.xop__Include.__size = static_cast<int>(content.size());
    request.content.xop__Include.type = type.data();
    soap_set_mode(client.soap(), SOAP_ENC_MTOM);
    _y__UploadAttachmentResponse answer;
    const int result = ended(client, client.proxy().UploadAttachment(&request, answer));
    if (result == kTaken) print("digest", answer.digest);
    return result;
}

int showTicket(Client& client, const std::vector<std::string>& words) {
    _y__GetTicket request;
    request.ticket_USCOREno = text(client.soap(), words[0]);
    _y__GetTicketResponse answer;
    const int result = ended(client, client.proxy().GetTicket(&request, answer));
    if (result != kTaken) return result;
    print("ticket_no", answer.ticket_USCOREno);
    print("state", answer.state.name);
    for (const auto& record : answer.records) print("kind", record.kind);
    return kTaken;
}

int followChanges(Client& client, const std::vector<std::string>& words) {
    _y__GetChanges request;
    if (!words.empty()) request.after = text(client.soap(), words[0]);
    _y__GetChangesResponse answer;
    const int result = ended(client, client.proxy().GetChanges(&request, answer));
    if (result != kTaken) return result;
    for (const auto& item : answer.items) print("change", item.ticket_USCOREno + ' ' + item.kind);
    print("next", answer.next);
    return kTaken;
}

int showCodes(Client& client, const std::vector<std::string>& words) {
    _y__GetCodes request;
    request.list = words[0];
    _y__GetCodesResponse answer;
    const int result = ended(client, client.proxy().GetCodes(&request, answer));
    if (result != kTaken) return result;
    for (const auto& code : answer.codes) print("code", code.code + ' ' + code.zh + ' ' + code.en);
    return kTaken;
}

struct Command {
    const char* name;
    std::size_t words_min;
    int (*perform)(Client& client, const std::vector<std::string>& words);
};
constexpr Command kCommands[] = {{"appeal", 3, submit}, {"upload", 2, upload},
                                 {"ticket", 1, showTicket}, {"changes", 0, followChanges}, {"codes", 1, showCodes}};

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    for (const Command& command : kCommands) {
        if (words.size() < 4 + command.words_min || words[3] != command.name) continue;
        Client client({.credential = words[0], .url = words[1], .gateway_certificate = words[2]});
        if (!client.ready()) {
            std::cerr << "CREDENTIAL.pem, CREDENTIAL.key, root.pem or GATEWAY_CERTIFICATE can't be used 证书或密钥不可用\n";
            return kUsage;
        }
        if (!client.sign()) return ended(client, client.soap()->error);
        return command.perform(client, {words.begin() + 4, words.end()});
    }
    std::cerr << "soap_client CREDENTIAL URL GATEWAY_CERTIFICATE appeal|upload|ticket|changes|codes …\n";
    return kUsage;
}
