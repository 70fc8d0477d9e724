// The SOAP door with JAX-WS (wsimport), from the published WSDL alone: signs Body and Timestamp with what the JDK has, checks
// the signed answer. 用 JAX-WS(wsimport)仅凭公布的 WSDL 调用 SOAP 接口:用 JDK 自带的 XML 签名,并验证带签名的应答。
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE appeal SOURCE TITLE RECORD_REF …
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE message SOURCE FILE CONTENT_TYPE
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE upload FILE MEDIA_TYPE
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE ticket TICKET_NO
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE changes [AFTER]
//   java -cp …  SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE codes LIST
// CREDENTIAL: path without ending of CREDENTIAL.p12 (P-256 or RSA), its password in the environment as YHT_P12_PASSWORD; the
// CA's root.pem stands beside it. Prints name=value, a line a thing. Exit code: 0 taken, 1 a Fault (its Problem is printed),
// 69 no trustworthy answer. Needs: Java 17, JAX-WS 2.3; schemas/README.md tells how it is built. With a handler that signs,
// JAX-WS sends attachments inside the envelope, which is taken up to 1 MB: larger ones go over REST.
import example.yihaotong.*;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.activation.DataHandler;
import javax.activation.FileDataSource;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.xml.XMLConstants;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.namespace.QName;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMResult;
import javax.xml.transform.dom.DOMSource;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

public class SoapClient {
    static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";
    static final String WSSE = WSS + "wssecurity-secext-1.0.xsd", WSU = WSS + "wssecurity-utility-1.0.xsd";
    static final String X509 = WSS + "x509-token-profile-1.0#X509v3", BASE64 = WSS + "soap-message-security-1.0#Base64Binary";
    static final String ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    static final String RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    static final long EXPIRES_SECONDS = 300;

    /** WS-Security, X.509 token profile: what goes out is signed, what comes in must be the gateway's. */
    static class Signatures implements SOAPHandler<SOAPMessageContext> {
        final XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        final PrivateKey key;
        final X509Certificate certificate, gateway;

        Signatures(PrivateKey key, X509Certificate certificate, X509Certificate gateway) {
            this.key = key;
            this.certificate = certificate;
            this.gateway = gateway;
        }

        static Element add(Element parent, String namespace, String name, String text) {
            Element element = parent.getOwnerDocument().createElementNS(namespace, name);
            if (text != null) element.setTextContent(text);
            parent.appendChild(element);
            return element;
        }

        static void setId(Element element, String id) {
            element.setAttributeNS(WSU, "wsu:Id", id);
            element.setIdAttributeNS(WSU, "Id", true);
        }

        static Element one(Document document, String namespace, String name) {
            var found = document.getElementsByTagNameNS(namespace, name);
            if (found.getLength() != 1) throw new WebServiceException("not exactly one " + name);
            return (Element) found.item(0);
        }

        static Document documentOf(SOAPMessageContext context) throws Exception {
            var result = new DOMResult();
            TransformerFactory.newInstance().newTransformer().transform(context.getMessage().getSOAPPart().getContent(), result);
            return (Document) result.getNode();
        }

        Reference reference(String id) throws Exception {
            var transform = factory.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null);
            return factory.newReference("#" + id, factory.newDigestMethod(DigestMethod.SHA256, null), List.of(transform), null, null);
        }

        void sign(SOAPMessageContext context) throws Exception {
            Document document = documentOf(context);
            Element envelope = document.getDocumentElement(), body = one(document, SOAP, "Body");
            // What is digested is the tree as it is: declarations must stand in it before.
            envelope.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, "xmlns:wsse", WSSE);
            envelope.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, "xmlns:wsu", WSU);
            var headers = document.getElementsByTagNameNS(SOAP, "Header");
            if (headers.getLength() > 0) envelope.removeChild(headers.item(0));
            Element header = document.createElementNS(SOAP, envelope.getPrefix() + ":Header");
            envelope.insertBefore(header, envelope.getFirstChild());
            Element security = add(header, WSSE, "wsse:Security", null);
            Element token = add(security, WSSE, "wsse:BinarySecurityToken", Base64.getEncoder().encodeToString(certificate.getEncoded()));
            token.setAttribute("ValueType", X509);
            token.setAttribute("EncodingType", BASE64);
            setId(token, "token");
            Element timestamp = add(security, WSU, "wsu:Timestamp", null);
            setId(timestamp, "timestamp");
            Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            add(timestamp, WSU, "wsu:Created", now.toString());
            add(timestamp, WSU, "wsu:Expires", now.plusSeconds(EXPIRES_SECONDS).toString());
            setId(body, "body");
            Element named = document.createElementNS(WSSE, "wsse:SecurityTokenReference");
            Element reference = add(named, WSSE, "wsse:Reference", null);
            reference.setAttribute("URI", "#token");
            reference.setAttribute("ValueType", X509);
            var keys = factory.getKeyInfoFactory();
            var info = factory.newSignedInfo(
                factory.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
                factory.newSignatureMethod(key.getAlgorithm().equals("EC") ? ECDSA : RSA, null),
                List.of(reference("body"), reference("timestamp")));
            var into = new DOMSignContext(key, security);
            into.setDefaultNamespacePrefix("ds");
            factory.newXMLSignature(info, keys.newKeyInfo(List.of(new DOMStructure(named)))).sign(into);
            context.getMessage().getSOAPPart().setContent(new DOMSource(document));
        }

        void check(SOAPMessageContext context) throws Exception {
            Document document = documentOf(context);
            Element body = one(document, SOAP, "Body"), timestamp = one(document, WSU, "Timestamp");
            var how = new DOMValidateContext(gateway.getPublicKey(), one(document, XMLSignature.XMLNS, "Signature"));
            var ids = new ArrayList<String>();
            for (Element covered : List.of(body, timestamp)) {
                how.setIdAttributeNS(covered, WSU, "Id");
                ids.add("#" + covered.getAttributeNS(WSU, "Id"));
            }
            XMLSignature signature = factory.unmarshalXMLSignature(how);
            var signed = signature.getSignedInfo().getReferences().stream().map(each -> ((Reference) each).getURI()).toList();
            if (!signed.containsAll(ids) || !signature.validate(how)) throw new WebServiceException("the answer is not signed by the gateway");
        }

        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            try {
                if ((Boolean) context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY)) sign(context);
                else check(context);
                return true;
            } catch (WebServiceException error) {
                throw error;
            } catch (Exception error) {
                throw new WebServiceException(error);
            }
        }

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            return handleMessage(context);
        }

        @Override
        public void close(MessageContext context) {}

        @Override
        public Set<QName> getHeaders() {
            return Set.of(new QName(WSSE, "Security"));
        }
    }

    static X509Certificate certificateOf(Path path) throws Exception {
        try (var in = Files.newInputStream(path)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static Gateway connect(String credential, String url, Path gatewayCertificate) throws Exception {
        char[] password = System.getenv().getOrDefault("YHT_P12_PASSWORD", "").toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(Path.of(credential + ".p12"))) {
            own.load(in, password);
        }
        String alias = own.aliases().nextElement();
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificateOf(Path.of(credential).resolveSibling("root.pem")));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(tls.getSocketFactory());
        Gateway gateway = new Yihaotong(new URL(url + "?wsdl")).getGatewaySoap11();
        var binding = (BindingProvider) gateway;
        binding.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, url);
        var signatures = new Signatures((PrivateKey) own.getKey(alias, password), (X509Certificate) own.getCertificate(alias),
                                        certificateOf(gatewayCertificate));
        binding.getBinding().setHandlerChain(List.of(signatures));
        return gateway;
    }

    /** The smallest appeal, of now. 最小的诉求记录,时间取当前。 */
    static example.yihaotong.Record appealOf(String source, String title, String recordRef) throws Exception {
        var now = DatatypeFactory.newInstance().newXMLGregorianCalendar(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        var appeal = new Appeal();
        appeal.setSource(source);
        appeal.setRecordRef(recordRef);
        appeal.setEventTime(now);
        appeal.setAppealTime(now);
        appeal.setChannel("03");
        appeal.setAppealType("1");
        appeal.getCategoryPath().add("供热");
        appeal.setTitle(title);
        appeal.setContent("请问室温低于多少度算不达标?");
        appeal.setHandlingWay("0");
        appeal.setIsAnonymous(true);
        appeal.setIsSecret(false);
        appeal.setAreaCode("430200");
        appeal.setUrgency("3");
        var record = new example.yihaotong.Record();
        record.setAppeal(appeal);
        return record;
    }

    static void print(String name, Object value) throws Exception {
        // The text as it is, whatever the platform's charset is.
        if (value != null) System.out.write((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static DataHandler bytesOf(String file) {
        return new DataHandler(new FileDataSource(file));
    }

    static void perform(Gateway gateway, String what, String... words) throws Exception {
        switch (what) {
            case "appeal" -> {
                var request = new SubmitRecord();
                for (String ref : Arrays.copyOfRange(words, 2, words.length)) request.getRecord().add(appealOf(words[0], words[1], ref));
                for (var item : gateway.submitRecord(request).getItems()) {
                    print("status", item.getStatus());
                    print("ticket_no", item.getTicketNo());
                    print("verdict", item.getVerdict());
                    print("receipt", item.getReceipt());
                    if (item.getProblem() != null) print("code", item.getProblem().getCode());
                }
            }
            case "message" -> {
                var request = new SubmitMessage();
                request.setSource(words[0]);
                request.setContent(bytesOf(words[1]));
                request.setContentType(words[2]);
                var answer = gateway.submitMessage(request);
                print("accepted", answer.getAccount().getAccepted());
                print("duplicate", answer.getAccount().getDuplicate());
            }
            case "upload" -> {
                byte[] content = Files.readAllBytes(Path.of(words[0]));
                var request = new UploadAttachment();
                request.setSha256(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
                request.setSizeBytes(BigInteger.valueOf(content.length));
                request.setMediaType(words[1]);
                request.setContent(bytesOf(words[0]));
                print("digest", gateway.uploadAttachment(request).getDigest());
            }
            case "ticket" -> {
                var request = new GetTicket();
                request.setTicketNo(words[0]);
                var ticket = gateway.getTicket(request);
                print("state", ticket.getState().getName());
                for (var record : ticket.getRecords()) print("kind", record.getKind());
            }
            case "changes" -> {
                var request = new GetChanges();
                if (words.length > 0) request.setAfter(words[0]);
                var answer = gateway.getChanges(request);
                for (var item : answer.getItems()) print("change", item.getTicketNo() + " " + item.getKind());
                print("next", answer.getNext());
            }
            case "codes" -> {
                var request = new GetCodes();
                request.setList(words[0]);
                for (var code : gateway.getCodes(request).getCodes()) print("code", code.getCode() + " " + code.getZh() + " " + code.getEn());
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 4) {
            System.err.println("SoapClient CREDENTIAL URL GATEWAY_CERTIFICATE appeal|message|upload|ticket|changes|codes …");
            System.exit(64);
        }
        try {
            perform(connect(args[0], args[1], Path.of(args[2])), args[3], Arrays.copyOfRange(args, 4, args.length));
        } catch (Problem_Exception refused) {
            Problem problem = refused.getFaultInfo();
            print("code", problem.getCode());
            print("retry", problem.getRetry());
            print("detail_zh", problem.getDetailZh());
            print("detail", problem.getDetail());
            for (var error : problem.getErrors()) print("error", error.getPointer() + " " + error.getCode() + " " + error.getZh() + " " + error.getEn());
            System.out.flush();
            System.exit(1);
        } catch (WebServiceException error) {
            System.err.println("no trustworthy answer 没有可信的应答: " + error.getMessage());
            System.exit(69);
        }
        System.out.flush();
    }
}
