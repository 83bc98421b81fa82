// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stands for: a line reader with a prompt without LF, as Ruby, Go and Node programs are
// written: a greeting with println, then a prompt with print, before the name and before
// every line.
//
// Usage: PromptServer HOST; prints its port, then the lines it reads.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

final class PromptServer {
    private PromptServer() {}

    private static final PrintStream CONSOLE =
        new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final List<PrintStream> MEMBERS = new CopyOnWriteArrayList<>();

    private static void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            PrintStream out =
                new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8);

            out.println("This is a small talk server.");
            out.print("login: ");
            out.flush();
            String name = in.readLine();
            out.println("Hello " + name + ".");
            MEMBERS.add(out);
            CONSOLE.println("name '" + name + "'");
            for (; ; ) {
                out.print("? ");
                out.flush();
                String line = in.readLine();
                if (line == null || line.equals("quit")) {
                    break;
                }
                CONSOLE.println(name + " '" + line + "'");
                for (PrintStream member : MEMBERS) {
                    member.println("[" + name + "] " + line);
                }
            }
            MEMBERS.remove(out);
            CONSOLE.println(name + " has gone");
        } catch (IOException e) {
            CONSOLE.println(e);
        }
    }

    public static void main(String[] args) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 16, InetAddress.getByName(args[0]))) {
            CONSOLE.println("port " + listener.getLocalPort());
            for (; ; ) {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> serve(socket));
                thread.setDaemon(true);
                thread.start();
            }
        }
    }
}
